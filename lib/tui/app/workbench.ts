import { isLive, messageOf } from "../../core/mod.ts";
import { ASCII, UNICODE } from "../draw/glyphs.ts";
import { THEMES } from "../draw/theme.ts";
import type { TuiOptions, TuiServices } from "../ports.ts";
import { HANG_UP_EXIT_CODE, ignoreInterrupts } from "../terminal/guard.ts";
import { Screen, type Terminal } from "../terminal/screen.ts";
import { loadRuler } from "../terminal/text.ts";
import { keymapOf } from "./keymap.ts";
import { Loader } from "./loader.ts";
import { Memory } from "./memory.ts";
import type { Effect, ScreenId } from "./message.ts";
import { type App, type AppEffect, type AppMsg, type AppStep, initApp, savedState } from "./model.ts";
import { answerQuery, namesFor } from "./queries.ts";
import { changedSettings, NO_STATE, type ReadState, type Settings, settingsOf } from "./settings.ts";
import { startApp, tickMs, updateApp } from "./update.ts";
import { viewApp } from "./view.ts";

/** At most 30 repaints a second for what arrives by itself while someone is at the keys, which repaint at once ... */
const FRAME_MS = 33;
/** ... and 15 while someone only watches: a stream of text reads the same, for half the work. */
const WATCHED_FRAME_MS = 66;
const AT_THE_KEYS_MS = 500;
const STOP_WAIT_MS_MAX = 2_000;

export interface WorkbenchHooks {
  /** Leave the terminal and end with this code. */
  readonly onExit: (code: number) => void;
  readonly onCrash: (error: unknown) => void;
  /** The store cannot be opened. */
  readonly onUnopened: (error: unknown) => void;
  /** Stop the process until the shell continues it. */
  readonly suspend: () => void;
}

/** The shell around the pure parts: holds the model, runs effects, paints. */
export class Workbench {
  readonly #services: TuiServices;
  readonly #options: TuiOptions;
  readonly #hooks: WorkbenchHooks;
  readonly #screen: Screen;
  readonly #loader: Loader;
  #app: App;
  #unsubscribe: () => void = () => {};
  #paintTimer: ReturnType<typeof setTimeout> | undefined;
  #changeTimer: ReturnType<typeof setTimeout> | undefined;
  #tickTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #memory: Memory;
  readonly #problems: readonly string[];
  /** What the terminal said about itself. */
  #background: "dark" | "light" = "dark";
  #paintedMs = 0;
  #inputMs = -Infinity;
  #closed = false;
  #hasLent = false;

  constructor(
    services: TuiServices,
    options: TuiOptions,
    hooks: WorkbenchHooks,
    given: { readonly terminal?: Terminal; readonly saved?: ReadState } = {},
  ) {
    const { terminal, saved = { state: NO_STATE, problems: [] } } = given;
    const settings = settingsOf(options, saved.state.settings);
    this.#services = services;
    this.#options = options;
    this.#hooks = hooks;
    this.#screen = new Screen({
      draw: () => this.#draw(),
      onKey: (input) =>
        this.#guarded(() => this.#input(input.type === "key" ? input : { type: "paste", text: input.text })),
      onPointer: (input) =>
        this.#guarded(() =>
          this.#input(
            input.type === "click"
              ? { type: "pointer_click", x: input.x, y: input.y }
              : { type: "pointer_wheel", x: input.x, y: input.y, lines: input.lines },
          )
        ),
      onResize: (size) => this.#guarded(() => this.#input({ type: "resize", size })),
      onMarked: (text) => this.#guarded(() => this.#copy(text)),
      onFailure: (error) => hooks.onCrash(error),
      onClosed: () => hooks.onExit(HANG_UP_EXIT_CODE),
    }, { mouse: settings.mouse, ...(terminal ? { terminal } : {}) });
    this.#loader = new Loader(
      async (query) => {
        const [answer] = await Promise.all([answerQuery(services, query), loadRuler()]);
        return answer;
      },
      (screen, msg) => this.#guarded(() => this.#dispatch({ type: "screen", screen, msg })),
    );
    this.#background = options.background === "light" ? "light" : "dark";
    this.#app = initApp({
      size: this.#screen.size,
      nowMs: services.host.now(),
      ...this.#look(settings),
      settings,
      endpoint: services.endpoint,
      storePath: services.storePath,
      hasEditor: services.openEditor !== undefined,
    }, saved.state);
    this.#problems = [...saved.problems, ...keymapOf(this.#app.remap).problems];
    this.#memory = new Memory({
      // What was asked for on the command line is for this time only, unless it was changed here.
      state: () => savedState(this.#app, changedSettings(this.#app.settings, settings, saved.state.settings)),
      save: services.saveState?.bind(services),
      onProblem: (problem) => this.#notify("warn", problem),
    });
  }

  start(): void {
    this.#screen.start();
    this.#screen.setTitle("AgentOp Studio");
    this.#take(startApp(this.#app));
    this.#paintNow();
    this.#memory.seen();
    this.#spawn(() => this.#open());
    const [problem, ...others] = this.#problems;
    if (problem !== undefined) {
      this.#notify("warn", others.length === 0 ? problem : `${problem} (and ${others.length} more)`);
    }
    if ((this.#options.background ?? "auto") === "auto" && this.#options.color !== "none") {
      this.#spawn(async () => {
        const background = await this.#screen.background();
        if (!background || this.#closed || background === this.#background) return;
        this.#background = background;
        this.#dispatch({ type: "look", ...this.#look(this.#app.settings) });
      });
    }
  }

  async #open(): Promise<void> {
    await Promise.resolve(); // the first frame goes out before
    try {
      // The store first: its thread loads while this one does.
      await Promise.all([this.#services.open?.(), this.#measure()]);
    } catch (error) {
      return this.#hooks.onUnopened(error);
    }
    if (this.#closed) return;
    this.#unsubscribe = this.#services.store.onChange(() => this.#storeChanged());
    const demos = await this.#services.demos?.() ?? [];
    if (demos.length > 0) this.#dispatch({ type: "demos", demos });
  }

  async #measure(): Promise<void> {
    await loadRuler();
    this.#paintSoon();
  }

  #look({ theme, ascii }: Settings): Pick<App, "theme" | "glyphs"> {
    return { theme: THEMES[theme === "auto" ? this.#background : theme], glyphs: ascii ? ASCII : UNICODE };
  }

  /** Resolves when nothing is under way: no query, no change to take up, no repaint. For tests and screenshots. */
  async idle(): Promise<void> {
    let quietFrames = 0;
    while (quietFrames < 2 && !this.#closed) {
      await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
      const quiet = this.#loader.idle && this.#changeTimer === undefined && this.#paintTimer === undefined;
      quietFrames = quiet ? quietFrames + 1 : 0;
    }
  }

  /** Gives the terminal back. Safe at any time. */
  restore(): void {
    this.#closed = true;
    this.#unsubscribe();
    this.#loader.close();
    this.#memory.close();
    for (const timer of [this.#paintTimer, this.#changeTimer, this.#tickTimer, ...this.#timers]) {
      clearTimeout(timer);
    }
    this.#screen.stop();
  }

  #draw(): readonly string[] {
    try {
      return viewApp(this.#app);
    } catch (error) {
      this.#hooks.onCrash(error);
      return [];
    }
  }

  #guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#hooks.onCrash(error);
    }
  }

  /** Runs work whose failure is a bug of ours. */
  #spawn(work: () => Promise<void>): void {
    work().catch((error: unknown) => this.#hooks.onCrash(error));
  }

  #input(msg: AppMsg): void {
    this.#inputMs = performance.now();
    this.#dispatch(msg);
    this.#paintNow();
    this.#memory.touched();
  }

  #dispatch(msg: AppMsg, options: { paint: boolean } = { paint: true }): void {
    if (this.#closed) return;
    const extendedKeys = this.#screen.hasExtendedKeys;
    this.#take(updateApp({ ...this.#app, nowMs: this.#services.host.now(), extendedKeys }, msg), options);
  }

  #take([app, effects]: AppStep, { paint }: { paint: boolean } = { paint: true }): void {
    this.#app = app;
    if (paint) this.#paintSoon();
    for (const effect of effects) this.#run(effect);
    this.#scheduleTick();
  }

  #paintNow(): void {
    clearTimeout(this.#paintTimer);
    this.#paintTimer = undefined;
    this.#paintedMs = performance.now();
    this.#screen.repaint();
  }

  #paintSoon(): void {
    if (this.#paintTimer !== undefined || this.#closed) return;
    const waitMs = Math.max(0, this.#paintedMs + this.#frameMs - performance.now());
    this.#paintTimer = setTimeout(() => this.#paintNow(), waitMs);
  }

  #storeChanged(): void {
    if (this.#changeTimer !== undefined || this.#closed) return;
    this.#changeTimer = setTimeout(() => {
      this.#changeTimer = undefined;
      // Only asks: what is to be seen comes with the answers.
      this.#guarded(() =>
        this.#dispatch({ type: "screen", msg: { type: "store_changed" } }, { paint: false })
      );
    }, this.#frameMs);
  }

  get #frameMs(): number {
    return performance.now() - this.#inputMs < AT_THE_KEYS_MS ? FRAME_MS : WATCHED_FRAME_MS;
  }

  #scheduleTick(): void {
    const delayMs = tickMs(this.#app);
    if (delayMs === undefined || this.#tickTimer !== undefined || this.#closed) return;
    this.#tickTimer = setTimeout(() => {
      this.#tickTimer = undefined;
      this.#guarded(() => this.#dispatch({ type: "screen", msg: { type: "tick" } }));
    }, delayMs);
  }

  #run(effect: AppEffect): void {
    switch (effect.type) {
      case "screen":
        return this.#runFor(effect.screen, effect.effect);
      case "timer": {
        const timer = setTimeout(() => {
          this.#timers.delete(timer);
          this.#guarded(() => this.#input(effect.msg));
        }, effect.delayMs);
        this.#timers.add(timer);
        return;
      }
      case "check_leave":
        return this.#spawn(() => this.#checkLeave(effect.traceIds));
      case "suspend":
        return this.#suspend();
      case "settings":
        this.#screen.setMouse(effect.settings.mouse);
        return this.#dispatch({ type: "look", ...this.#look(effect.settings) });
      case "names":
        return this.#spawn(async () =>
          this.#dispatch({ type: "names", names: await namesFor(this.#services) })
        );
      case "resolve_run":
        return this.#spawn(() => this.#resolve(effect.reference));
      case "exit":
        return this.#spawn(() => this.#exit(effect.stop));
    }
  }

  #runFor(screen: ScreenId, effect: Effect): void {
    const { store } = this.#services;
    switch (effect.type) {
      case "load":
        return this.#loader.load(screen, effect);
      case "launch":
        return this.#spawn(() => this.#launch(screen, effect));
      case "replay":
        return this.#spawn(() => this.#replay(screen, effect));
      case "control":
        return this.#try(
          () => store.requestControl(effect.traceId, effect.action, effect.argument),
          effect.done,
        );
      case "revive": {
        const { resume } = this.#services;
        if (!resume) {
          return this.#notify("warn", "Cannot resume an interrupted run from here. Try: agentop resume");
        }
        return this.#try(
          () => resume.call(this.#services, effect.traceId),
          "Resuming from the last finished step",
        );
      }
      case "copy":
        return this.#copy(effect.text);
      case "open_file":
        return this.#spawn(() => this.#openFile(screen, effect.path));
      case "editor":
        return this.#spawn(() => this.#edit(screen, effect.text));
      case "go":
      case "leave":
      case "mark":
      case "notice":
      case "confirm":
      case "settings":
        return; // done by the root
    }
  }

  #try(work: () => Promise<void>, done: string): void {
    this.#spawn(async () => {
      try {
        await work();
        this.#notify("info", done);
      } catch (error) {
        this.#notify("error", messageOf(error));
      }
    });
  }

  #notify(level: "info" | "warn" | "error", text: string): void {
    this.#dispatch({ type: "notify", level, text });
  }

  #copy(text: string): void {
    this.#screen.copy(text);
    this.#notify("info", "Copied");
  }

  async #launch(screen: ScreenId, effect: Extract<Effect, { type: "launch" }>): Promise<void> {
    const { request, watch } = effect;
    try {
      const run = await this.#services.launch(request);
      this.#dispatch({ type: "screen", screen, msg: { type: "launched", run, request, watch } });
    } catch (error) {
      this.#dispatch({ type: "screen", screen, msg: { type: "launch_failed", message: messageOf(error) } });
    }
  }

  async #replay(screen: ScreenId, effect: Extract<Effect, { type: "replay" }>): Promise<void> {
    try {
      const run = await this.#services.replay?.(effect.request);
      if (!run) throw new Error("Cannot run it again from here. Try: agentop replay");
      const msg = { type: "launched", run, request: effect.about, watch: true } as const;
      this.#dispatch({ type: "screen", screen, msg });
    } catch (error) {
      this.#dispatch({ type: "screen", screen, msg: { type: "launch_failed", message: messageOf(error) } });
    }
  }

  async #edit(screen: ScreenId, text: string): Promise<void> {
    let edited: string | undefined;
    await this.#lend(
      screen,
      async () => void (edited = await this.#services.openEditor?.(text)),
      () => edited,
    );
  }

  async #openFile(screen: ScreenId, path: string): Promise<void> {
    const { openFile } = this.#services;
    if (!openFile) return this.#notify("warn", "No editor is set up. Try: set EDITOR");
    await this.#lend(screen, () => openFile.call(this.#services, path));
  }

  /** Another program has the terminal, and its keys, while `use` runs. */
  async #lend(
    screen: ScreenId,
    use: () => Promise<void>,
    edited: () => string | undefined = () => undefined,
  ): Promise<void> {
    this.#screen.stop();
    this.#hasLent = true;
    const heed = ignoreInterrupts();
    let problem: string | undefined;
    try {
      await use();
    } catch (error) {
      problem = messageOf(error);
    } finally {
      heed();
      this.#hasLent = false;
    }
    if (this.#closed) return;
    this.#screen.start();
    this.#screen.redraw();
    this.#dispatch({ type: "screen", screen, msg: { type: "edited", text: edited() } });
    if (problem !== undefined) this.#notify("error", problem);
  }

  /** True while another program has the terminal. */
  get hasLent(): boolean {
    return this.#hasLent;
  }

  /** Takes the terminal as if for the first time: the process was stopped, and the shell used it meanwhile. */
  resume(): void {
    if (this.#closed || this.#hasLent) return;
    this.#guarded(() => {
      this.#screen.stop();
      this.#screen.start();
      this.#screen.redraw();
    });
  }

  #suspend(): void {
    this.#screen.stop();
    try {
      this.#hooks.suspend();
    } catch (error) {
      this.#notify("warn", `Cannot suspend: ${messageOf(error)}`);
    }
    // The signal stops the process before this timer; it fires after the shell continued it.
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#closed) return;
      this.#screen.start();
      this.#screen.redraw();
    }, 50);
    this.#timers.add(timer);
  }

  async #resolve(reference: string): Promise<void> {
    try {
      const { traceId, runId } = await this.#services.store.resolveRun(reference);
      this.#dispatch({ type: "jump_resolved", target: { traceId, runId } });
    } catch (error) {
      this.#dispatch({ type: "jump_failed", message: messageOf(error) });
    }
  }

  async #checkLeave(traceIds: readonly string[]): Promise<void> {
    let live: Extract<AppMsg, { type: "leave_checked" }>["live"] = [];
    try {
      const answer = await answerQuery(this.#services, { kind: "statuses", traceIds });
      if (answer.kind === "statuses") live = answer.runs.filter((run) => isLive(run.status));
    } catch {
      // A store that cannot be read must not keep anyone in; runs go on by themselves.
    }
    this.#dispatch({ type: "leave_checked", live });
  }

  async #exit(stop: readonly string[]): Promise<void> {
    const { store, host } = this.#services;
    const requests = stop.map((traceId) => store.requestControl(traceId, "stop"));
    const work = Promise.allSettled([...requests, this.#memory.flush()]);
    await Promise.race([work, host.sleep(STOP_WAIT_MS_MAX)]);
    await this.#screen.drain();
    this.#hooks.onExit(0);
  }
}
