import { sql } from "kysely";
import {
  type Alert,
  type AlertChannel,
  type AlertDelivery,
  type AlertMoment,
  type AlertQuery,
  type AlertRule,
  type AlertRuleState,
  type AlertStore,
  type DeliveryOutcome,
  type Host,
  nowUs,
  type Redactor,
} from "../../core/mod.ts";
import { BudgetTables } from "../budget_tables.ts";
import type { Engine } from "../engine.ts";
import type { Db } from "../statements.ts";
import { endDelivery, listDeliveries, takeDelivery } from "./deliveries.ts";
import { DUE_AT_ONCE, judgeDue } from "./judge.ts";
import { acknowledge, listAlerts, takeNewAlerts } from "./log.ts";
import { addRule, muteRule, removeRule, ruleStates } from "./rules.ts";

/** Whoever judges takes no more than this at once: the rest waits for the next run that ends. */
const DUE_MAX = 10_000;

/** The part of a store that knows what people want to hear of, and what they were told. */
export abstract class AlertTables extends BudgetTables implements AlertStore {
  readonly #engine: Engine;
  readonly #host: Host;
  readonly #redactor: Redactor;

  constructor(engine: Engine, host: Host, redactor: Redactor) {
    super(engine, host, redactor);
    this.#engine = engine;
    this.#host = host;
    this.#redactor = redactor;
  }

  async addAlertRule(rule: AlertRule): Promise<boolean> {
    // Runs keep the names that its scope finds them by.
    const safe = { ...this.#redactor.value(rule), scope: this.#redactor.label(rule.scope) };
    return await this.#write((db) => addRule(db, safe));
  }

  async removeAlertRule(name: string): Promise<boolean> {
    return await this.#write((db) => removeRule(db, name, nowUs(this.#host)));
  }

  async listAlertRules(): Promise<readonly AlertRuleState[]> {
    return await this.#use((db) => ruleStates(db));
  }

  async muteAlertRule(name: string, untilUs: number | null): Promise<boolean> {
    return await this.#write((db) => muteRule(db, name, untilUs));
  }

  async hasAlertsDue(nowUs: number): Promise<boolean> {
    return await this.#use(async (db) => {
      const found = await sql<{ due: number }>`select exists (select 1 from alert_due)
        or exists (select 1 from budget_mark where judged = 0)
        or exists (select 1 from alert_delivery where state = 'pending' and next_us <= ${nowUs}) as due`
        .execute(db);
      return found.rows[0]!.due === 1;
    });
  }

  async judgeAlerts(moment: AlertMoment): Promise<readonly Alert[]> {
    const began: Alert[] = [];
    for (let looked = 0; looked < DUE_MAX; looked += DUE_AT_ONCE) {
      // Not flushed: what a power cut takes back is looked at again.
      const judged = await this.#alone(async (db) => {
        const judged = await judgeDue(db, this.#host, moment);
        this.#engine.leaveFlush();
        return judged;
      });
      began.push(...judged.began);
      if (!judged.isMore) break;
    }
    if (began.length > 0) this.#engine.signal.announce();
    return this.#redactor.value(began);
  }

  async listAlerts(query?: AlertQuery): Promise<readonly Alert[]> {
    return await this.#use((db) => listAlerts(db, query));
  }

  async takeNewAlerts(): Promise<readonly Alert[]> {
    return this.#redactor.value(await this.#alone((db) => takeNewAlerts(db)));
  }

  async acknowledgeAlerts(atUs: number, alertIds?: readonly string[]): Promise<number> {
    return await this.#write((db) => acknowledge(db, atUs, alertIds));
  }

  async takeDelivery(
    nowUs: number,
    holdUs: number,
    kinds: readonly AlertChannel["kind"][],
  ): Promise<AlertDelivery | undefined> {
    return await this.#alone((db) => takeDelivery(db, nowUs, holdUs, kinds));
  }

  async endDelivery(deliveryId: string, outcome: DeliveryOutcome): Promise<void> {
    await this.#write((db) => endDelivery(db, deliveryId, this.#redactor.value(outcome)));
  }

  async listDeliveries(alertIds?: readonly string[]): Promise<readonly AlertDelivery[]> {
    return await this.#use((db) => listDeliveries(db, alertIds));
  }

  async #write<T>(work: (db: Db) => Promise<T>): Promise<T> {
    const result = await this.#alone(work);
    this.#engine.signal.announce();
    return result;
  }

  #alone<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return this.#told(() => this.#engine.db.transaction().execute(work));
  }

  async #use<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return this.#redactor.value(await this.#told(() => work(this.#engine.db)));
  }

  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#redactor.error(this.#engine.toStoreError("use", error));
    }
  }
}
