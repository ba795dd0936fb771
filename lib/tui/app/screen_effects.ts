import type { Speech } from "../../analysis/mod.ts";
import { AgentOpError, messageOf, nowUs, oneLine } from "../../core/mod.ts";
import type { Effect, NoticeLevel, ScreenId } from "../contract/message.ts";
import type { TuiServices } from "../ports.ts";
import type { Loader } from "./loader.ts";
import type { AppMsg } from "./model.ts";
import type { Seeker } from "./seeker.ts";
import type { TerminalLoan } from "./terminal_loan.ts";

/** What effects need of the workbench around them. */
export interface EffectOptions {
  readonly services: TuiServices;
  readonly loader: Loader;
  readonly loan: TerminalLoan;
  readonly seeker: Seeker;
  readonly dispatch: (msg: AppMsg) => void;
  readonly copy: (text: string) => void;
  /** Runs work whose failure is a bug of ours. */
  readonly spawn: (work: () => Promise<void>) => void;
  readonly isClosed: () => boolean;
}

type EffectOf<T extends Effect["type"]> = Extract<Effect, { type: T }>;

/** Does what a screen asked for in its effects; what comes of it goes back to that screen, problems to the notices. */
export class ScreenEffects {
  readonly #options: EffectOptions;

  constructor(options: EffectOptions) {
    this.#options = options;
  }

  run(screen: ScreenId, effect: Effect): void {
    const { services, loader, copy, spawn } = this.#options;
    switch (effect.type) {
      case "load":
        return loader.load(screen, effect);
      case "launch":
        return spawn(() => this.#launch(screen, effect));
      case "replay":
        return spawn(() => this.#replay(screen, effect));
      case "control":
        return this.#attempt(
          () => services.store.requestControl(effect.traceId, effect.action, effect.argument),
          effect.done,
        );
      case "tend_alerts":
        return this.#attempt(async () => {
          await services.store.acknowledgeAlerts(nowUs(services.host), effect.alertIds);
        }, effect.done);
      case "mute_alerts":
        return this.#attempt(async () => {
          await services.store.muteAlertRule(effect.rule, effect.untilUs);
        }, effect.done);
      case "operate":
        return this.#operate(effect);
      case "revive":
        return this.#revive(effect);
      case "copy":
        return copy(effect.text);
      case "seek":
        return spawn(() => this.#options.seeker.seek(screen, effect.text, effect.search));
      case "open_file":
        return spawn(() => this.#openFile(screen, effect.path, effect.line));
      case "play":
        return spawn(() => this.#play(effect.speech));
      case "editor":
        return spawn(() => this.#edit(screen, effect.text));
      case "go":
      case "leave":
      case "mark":
      case "notice":
      case "confirm":
      case "settings":
      case "settings_read":
      case "to_notebook":
      case "to_score":
        return; // done by the root
    }
  }

  #notify(level: NoticeLevel, text: string): void {
    this.#options.dispatch({ type: "notify", level, text });
  }

  #attempt(work: () => Promise<void>, done: string): void {
    this.#options.spawn(async () => {
      try {
        await work();
        this.#notify("info", done);
      } catch (error) {
        this.#notify("error", messageOf(error));
      }
    });
  }

  #operate({ traceId, operation }: EffectOf<"operate">): void {
    this.#options.spawn(async () => {
      try {
        this.#notify("info", await this.#options.services.operate?.(traceId, operation) ?? "");
      } catch (error) {
        this.#notify("error", messageOf(error));
      }
    });
  }

  #revive({ traceId, limits }: EffectOf<"revive">): void {
    const { services } = this.#options;
    if (!services.resume) {
      return this.#notify("warn", "Cannot resume a run from here. Try: agentop resume");
    }
    this.#attempt(
      async () => await services.resume?.(traceId, limits),
      "Resuming from the last finished step",
    );
  }

  async #launch(screen: ScreenId, { request, watch }: EffectOf<"launch">): Promise<void> {
    const { services, dispatch } = this.#options;
    try {
      const run = await services.launch(request);
      dispatch({ type: "screen", screen, msg: { type: "launched", run, request, watch } });
    } catch (error) {
      dispatch({ type: "screen", screen, msg: { type: "launch_failed", message: messageOf(error) } });
    }
  }

  async #replay(screen: ScreenId, effect: EffectOf<"replay">): Promise<void> {
    const { services, dispatch } = this.#options;
    try {
      const run = await services.replay?.(effect.request);
      if (!run) {
        throw new AgentOpError("Cannot run it again here: this workbench has no replays", {
          remedy: "agentop replay",
        });
      }
      const msg = { type: "launched", run, request: effect.about, watch: true } as const;
      dispatch({ type: "screen", screen, msg });
    } catch (error) {
      dispatch({ type: "screen", screen, msg: { type: "launch_failed", message: messageOf(error) } });
    }
  }

  async #play(speech: Speech): Promise<void> {
    const { services } = this.#options;
    if (!services.play) return this.#notify("warn", "No player here. Try: agentop speech RUN --out FOLDER");
    try {
      await services.play(speech);
      this.#notify("info", `Playing ${oneLine(speech.name, 60)}`);
    } catch (error) {
      this.#notify("error", messageOf(error));
    }
  }

  async #edit(screen: ScreenId, text: string): Promise<void> {
    let edited: string | undefined;
    await this.#lend(
      screen,
      async () => void (edited = await this.#options.services.openEditor?.(text)),
      () => edited,
    );
  }

  async #openFile(screen: ScreenId, path: string, line?: number): Promise<void> {
    const { services } = this.#options;
    if (!services.openFile) return this.#notify("warn", "No editor is set up. Try: set EDITOR");
    await this.#lend(screen, async () => await services.openFile?.(path, line));
  }

  async #lend(
    screen: ScreenId,
    use: () => Promise<void>,
    edited: () => string | undefined = () => undefined,
  ): Promise<void> {
    const { loan, dispatch, isClosed } = this.#options;
    const problem = await loan.lend(use);
    if (isClosed()) return;
    dispatch({ type: "screen", screen, msg: { type: "edited", text: edited() } });
    if (problem !== undefined) this.#notify("error", problem);
  }
}
