import { budgetWindows } from "../../analysis/mod.ts";
import {
  type Alert,
  type AlertChannel,
  type AlertDelivery,
  type AlertMoment,
  type Host,
  nowUs,
  oneLine,
  reasonOf,
  type Redactor,
  type Store,
  systemTimeZone,
} from "../../core/mod.ts";
import type { AppConfig } from "../config.ts";
import { AllowedPlaces } from "./allowed_places.ts";
import { deliver } from "./deliver.ts";
import type { AlertOutlets } from "./services.ts";

/** Deliveries under way at once: one server that does not answer holds up no other. */
const LANES = 4;
/** Whoever takes a delivery and dies gives it back after this. */
const HOLD_US = 60_000_000;
/** Until somebody looks whether it is allowed now. */
const NOT_ALLOWED_WAIT_US = 300_000_000;
/** What is not delivered when the program ends, others finish. */
const LAST_WAIT_MS = 3_000;
/** Another process may put off what this one waits for. */
const SLEEP_MAX_MS = 600_000;

const REMOTE = ["webhook", "slack", "discord", "email"] as const;

export interface DeskServices {
  readonly config: AppConfig;
  readonly host: Host;
  readonly redactor: Redactor;
  readonly store: Pick<
    Store,
    "judgeAlerts" | "takeNewAlerts" | "takeDelivery" | "endDelivery" | "listDeliveries"
  >;
}

/** Looks at what ended, and delivers what rules find: again later where that fails, for as long as this program lives. */
export class AlertDesk implements AsyncDisposable {
  readonly #services: DeskServices;
  readonly #outlets: AlertOutlets;
  readonly #ending = new AbortController();
  readonly #waking = new AbortController();
  #delivering: Promise<void> | undefined;
  #isSleeping = false;

  constructor(services: DeskServices, outlets: AlertOutlets) {
    this.#services = services;
    this.#outlets = outlets;
  }

  async look(): Promise<void> {
    await this.#services.store.judgeAlerts(this.#moment());
    this.#deliverSoon();
  }

  /** Everything now; gives what began since the last check. Waits for deliveries that can be made. */
  async check(): Promise<readonly Alert[]> {
    const { store } = this.#services;
    await store.judgeAlerts({ ...this.#moment(), isCheck: true });
    this.#deliverSoon();
    await this.#delivering;
    return await store.takeNewAlerts();
  }

  #moment(): AlertMoment {
    const { host, config } = this.#services;
    const windows = budgetWindows(host.now(), config.timeZone ?? systemTimeZone());
    return { nowUs: nowUs(host), windows };
  }

  #deliverSoon(): void {
    this.#delivering ??= this.#deliverDue()
      .catch((error) => this.#outlets.onNote?.(`alerts were not delivered: ${reasonOf(error)}`))
      .finally(() => {
        this.#delivering = undefined;
        this.#wakeForNext();
      });
  }

  async #deliverDue(): Promise<void> {
    await Promise.all(Array.from({ length: LANES }, () => this.#lane()));
  }

  async #lane(): Promise<void> {
    const { store, host } = this.#services;
    for (;;) {
      if (this.#ending.signal.aborted) return;
      const delivery = await store.takeDelivery(nowUs(host), HOLD_US, this.#kinds());
      if (!delivery) return;
      await store.endDelivery(delivery.deliveryId, await this.#deliver(delivery));
    }
  }

  async #deliver(delivery: AlertDelivery) {
    const { host, config } = this.#services;
    if (!await new AllowedPlaces(config).has(delivery.channel)) {
      const error = `not allowed at this home. Try: agentop alerts allow ${oneLine(delivery.alert.rule, 64)}`;
      return { kind: "wait", error, nextAtUs: nowUs(host) + NOT_ALLOWED_WAIT_US, counts: false } as const;
    }
    return await deliver(delivery, {
      host,
      variables: config.alertVariables ?? {},
      signal: this.#ending.signal,
      ...(this.#outlets.onDesktop ? { onDesktop: this.#outlets.onDesktop } : {}),
    });
  }

  #kinds(): readonly AlertChannel["kind"][] {
    const { onDesktop, isOffline } = this.#outlets;
    return [...(isOffline ? [] : REMOTE), ...(onDesktop ? ["desktop" as const] : [])];
  }

  /** Sleeps until the next delivery is due: the program may end meanwhile. */
  async #wakeForNext(): Promise<void> {
    if (this.#isSleeping || this.#waking.signal.aborted) return;
    this.#isSleeping = true;
    try {
      const { store, host } = this.#services;
      const kinds = this.#kinds();
      const due = (await store.listDeliveries()).filter((it) => kinds.includes(it.channel.kind))
        .map((it) => it.nextAtUs);
      if (due.length === 0) return;
      const waitMs = Math.min(SLEEP_MAX_MS, Math.max(0, (Math.min(...due) - nowUs(host)) / 1000));
      await host.sleep(waitMs, this.#waking.signal);
      this.#isSleeping = false;
      this.#deliverSoon();
    } catch {
      // The program ends, or the store is gone: whoever comes next goes on.
    } finally {
      this.#isSleeping = false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#waking.abort();
    if (!this.#delivering) return;
    const timer = setTimeout(() => this.#ending.abort(), LAST_WAIT_MS);
    await this.#delivering;
    clearTimeout(timer);
  }
}
