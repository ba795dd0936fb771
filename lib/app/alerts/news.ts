import { type Alert, reasonOf } from "../../core/mod.ts";
import type { AlertDesk } from "./desk.ts";
import type { AlertOutlets, AlertServices } from "./services.ts";

/**
 * Hears that a run ended or was scored, in whatever part of the program, and lets the rules look at it, one look at a time. Never
 * throws to whoever wrote the run and is never waited for, but at the end of the program. Without rules it costs one look-up.
 */
export class AlertNews implements AsyncDisposable {
  readonly #services: AlertServices;
  readonly #outlets: AlertOutlets;
  #desk: Promise<AlertDesk> | undefined;
  #looking: Promise<void> | undefined;
  #isNews = false;

  constructor(services: AlertServices, outlets: AlertOutlets) {
    this.#services = services;
    this.#outlets = outlets;
  }

  /** Something happened: looked at soon. */
  hear(): void {
    this.#isNews = true;
    this.#looking ??= this.#look();
  }

  /** Looks at everything now, and delivers what is due. */
  async check(): Promise<readonly Alert[]> {
    return await (await this.#openDesk()).check();
  }

  async #look(): Promise<void> {
    try {
      const store = await this.#services.store();
      while (this.#isNews) {
        this.#isNews = false;
        const now = Math.round(this.#services.host.now() * 1000);
        if (await store.hasAlertsDue(now)) await (await this.#openDesk()).look();
      }
    } catch (error) {
      this.#outlets.onNote?.(`alert rules were not looked at: ${reasonOf(error)}`);
    } finally {
      this.#looking = undefined;
    }
  }

  /** Loaded with the first alert that may be. */
  #openDesk(): Promise<AlertDesk> {
    return this.#desk ??= import("./desk.ts").then(async ({ AlertDesk }) =>
      new AlertDesk({ ...this.#services, store: await this.#services.store() }, this.#outlets)
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#looking;
    const desk = await this.#desk?.catch(() => undefined);
    await desk?.[Symbol.asyncDispose]();
  }
}
