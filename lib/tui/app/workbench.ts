import { loadRanking } from "../draw/fuzzy.ts";
import { ASCII, UNICODE } from "../draw/glyphs.ts";
import { loadGrammars, wantsGrammars } from "../draw/grammars.ts";
import { THEMES } from "../draw/theme.ts";
import type { TuiOptions, TuiServices } from "../ports.ts";
import { HANG_UP_EXIT_CODE } from "../terminal/guard.ts";
import { Screen, type Terminal } from "../terminal/screen.ts";
import type { LoadedScreen } from "../contract/screen.ts";
import { copied } from "./copying.ts";
import { keyMsg, pointerMsg } from "./input.ts";
import { envOf } from "./env.ts";
import { addedToNotebook, keptScores } from "./keeping.ts";
import { Loader } from "./loader.ts";
import { Lookout } from "./lookout.ts";
import { Memory } from "./memory.ts";
import {
  type App,
  type AppEffect,
  type AppMsg,
  type AppStep,
  initApp,
  savedState,
  screenOf,
} from "./model.ts";
import { checkedToLeave } from "./leaving.ts";
import { namesFor, runNamed } from "./names.ts";
import { changedSettings, NO_STATE, type ReadState, settingsOf } from "./saved_state.ts";
import type { Settings } from "../contract/settings.ts";
import { FRAME_MS, Painter } from "./painter.ts";
import { isGripAt } from "./routing.ts";
import { ScreenEffects } from "./screen_effects.ts";
import { answerTo, loadScreens } from "./screen_list.ts";
import { Seeker } from "./seeker.ts";
import { TerminalLoan } from "./terminal_loan.ts";
import { startApp, tickMs, updateApp } from "./update.ts";
import { viewApp } from "./view.ts";

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

export interface WorkbenchStart {
  /** At least the one that is shown first; the others are loaded when it is drawn. */
  readonly screens: readonly LoadedScreen[];
  readonly terminal?: Terminal;
  /** What was kept of the last time. */
  readonly saved?: ReadState;
}

/** The shell around the pure parts: holds the model, runs effects, paints. */
export class Workbench {
  readonly #services: TuiServices;
  readonly #options: TuiOptions;
  readonly #hooks: WorkbenchHooks;
  readonly #screen: Screen;
  readonly #painter: Painter;
  readonly #loader: Loader;
  readonly #loan: TerminalLoan;
  readonly #seeker: Seeker;
  readonly #effects: ScreenEffects;
  #app: App;
  #unsubscribe: () => void = () => {};
  #changeTimer: ReturnType<typeof setTimeout> | undefined;
  #tickTimer: ReturnType<typeof setTimeout> | undefined;
  #tickDueMs = 0;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #memory: Memory;
  readonly #lookout: Lookout;
  /** What the terminal said about itself. */
  #background: "dark" | "light" = "dark";
  /** What the start is about is on the screen; everything else has waited for it. */
  readonly #shown = Promise.withResolvers<void>();
  #isShown = false;
  #closed = false;

  constructor(
    services: TuiServices,
    options: TuiOptions,
    hooks: WorkbenchHooks,
    given: WorkbenchStart,
  ) {
    const { screens, terminal, saved = { state: NO_STATE, problems: [] } } = given;
    const settings = settingsOf(options, saved.state.settings);
    this.#services = services;
    this.#options = options;
    this.#hooks = hooks;
    this.#screen = new Screen({
      draw: () => this.#draw(),
      onKey: (input) => this.#guarded(() => this.#input(keyMsg(input))),
      isGrip: (x, y) => isGripAt(this.#app, x, y),
      onPointer: (input) => this.#guarded(() => this.#input(pointerMsg(input))),
      onResize: (size) => this.#guarded(() => this.#input({ type: "resize", size })),
      onMarked: (text) => this.#guarded(() => this.#copy(text)),
      onFailure: (error) => hooks.onCrash(error),
      onClosed: () => hooks.onExit(HANG_UP_EXIT_CODE),
    }, { mouse: settings.mouse, ...(terminal ? { terminal } : {}) });
    this.#painter = new Painter(() => this.#screen.repaint());
    this.#loader = new Loader(
      (id, slot, query) => answerTo(screenOf(this.#app, id)!, slot, query, services),
      (screen, msg) =>
        this.#guarded(() => {
          this.#dispatch({ type: "screen", screen, msg });
          this.#showFirst();
        }),
    );
    const isClosed = () => this.#closed;
    this.#loan = new TerminalLoan(this.#screen, isClosed);
    this.#seeker = new Seeker((msg) => this.#guarded(() => this.#dispatch(msg)));
    this.#effects = new ScreenEffects({
      services,
      loader: this.#loader,
      loan: this.#loan,
      seeker: this.#seeker,
      dispatch: (msg) => this.#dispatch(msg),
      copy: (text) => this.#copy(text),
      spawn: (work) => this.#spawn(work),
      isClosed,
    });
    this.#background = options.background === "light" ? "light" : "dark";
    this.#app = initApp({
      screens,
      size: this.#screen.size,
      nowMs: services.host.now(),
      ...this.#look(settings),
      settings,
      endpoint: services.endpoint,
      storePath: services.storePath,
      ...(services.statePath === undefined ? {} : { settingsPath: services.statePath }),
      fileProblems: saved.problems,
      ...(services.timeZone === undefined ? {} : { timeZone: services.timeZone }),
      hasEditor: services.openEditor !== undefined,
    }, saved.state);
    this.#lookout = new Lookout({
      services,
      sinceMs: this.#app.nowMs,
      judge: () => services.judgeAlerts?.((text) => this.#screen.alert("desktop", text)),
      found: (needy) => this.#guarded(() => this.#dispatch({ type: "needy", needy })),
    });
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
    this.#painter.now();
    this.#memory.seen();
    this.#spawn(() => this.#open());
    this.#spawn(() => this.#rank());
    this.#spawn(() => this.#loadScreens());
    if (this.#loader.idle) this.#showFirst();
    if ((this.#options.background ?? "auto") === "auto" && this.#options.color !== "none") {
      this.#spawn(async () => {
        const background = await this.#screen.background();
        if (!background || this.#closed || background === this.#background) return;
        this.#background = background;
        this.#dispatch({ type: "look", ...this.#look(this.#app.settings) });
      });
    }
  }

  #showFirst(): void {
    if (this.#isShown) return;
    this.#isShown = true;
    this.#painter.now();
    this.#shown.resolve();
  }

  async #loadScreens(): Promise<void> {
    await this.#shown.promise;
    const screens = await loadScreens();
    this.#dispatch({ type: "screens", screens });
    // Only now it is known which keys there are.
    const [problem, ...others] = envOf(this.#app).settingsProblems;
    if (problem === undefined) return;
    this.#notify("warn", others.length === 0 ? problem : `${problem} (and ${others.length} more)`);
  }

  async #rank(): Promise<void> {
    await this.#shown.promise;
    await loadRanking();
    this.#painter.soon();
  }

  async #loadGrammars(): Promise<void> {
    await loadGrammars();
    this.#painter.soon();
  }

  async #open(): Promise<void> {
    await Promise.resolve(); // the first frame goes out before
    try {
      await this.#services.open?.();
    } catch (error) {
      return await this.#screen.drain().then(() => this.#hooks.onUnopened(error));
    }
    if (this.#closed) return;
    this.#unsubscribe = this.#services.store.onChange(() => this.#storeChanged());
    await this.#shown.promise;
    if (this.#closed) return;
    this.#lookout.look();
    const lost = await this.#services.lostWrites?.() ?? [];
    if (lost.length > 0) this.#dispatch({ type: "lost_writes" });
    for (const sentence of lost) this.#notify("error", sentence);
    const demos = await this.#services.demos?.() ?? [];
    if (demos.length > 0) this.#dispatch({ type: "demos", demos });
  }

  #look({ theme, ascii }: Settings): Pick<App, "theme" | "glyphs"> {
    return { theme: THEMES[theme === "auto" ? this.#background : theme], glyphs: ascii ? ASCII : UNICODE };
  }

  /** Resolves when nothing is under way: no query, no change to take up, no repaint. For tests and screenshots. */
  async idle(): Promise<void> {
    let quietFrames = 0;
    while (quietFrames < 2 && !this.#closed) {
      await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
      const quiet = this.#loader.idle && this.#seeker.isIdle && this.#lookout.isIdle &&
        this.#app.count === "" &&
        this.#changeTimer === undefined &&
        this.#painter.isIdle;
      quietFrames = quiet ? quietFrames + 1 : 0;
    }
  }

  /** Gives the terminal back. Safe at any time. */
  restore(): void {
    this.#closed = true;
    this.#unsubscribe();
    this.#loader.close();
    this.#seeker.close();
    this.#lookout.close();
    this.#painter.close();
    this.#memory.close();
    this.#loan.close();
    for (const timer of [this.#changeTimer, this.#tickTimer, ...this.#timers]) {
      clearTimeout(timer);
    }
    this.#screen.stop();
  }

  #draw(): readonly string[] {
    try {
      const rows = viewApp(this.#app);
      // What is to be coloured is shown plainly until its grammar is there.
      if (wantsGrammars()) this.#spawn(() => this.#loadGrammars());
      return rows;
    } catch (error) {
      this.#hooks.onCrash(error);
      return [];
    }
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#hooks.onCrash(error);
    }
  }

  /** Runs work whose failure is a bug of ours. */
  #spawn(work: () => Promise<void>): void {
    work().catch((error: unknown) => this.#hooks.onCrash(error));
  }

  #input(msg: AppMsg): void {
    this.#painter.touched();
    this.#dispatch(msg);
    if (this.#isShown) this.#painter.now();
    else this.#showFirst(); // a key may lead anywhere
    this.#memory.touched();
  }

  #dispatch(msg: AppMsg, options: { paint: boolean } = { paint: true }): void {
    if (this.#closed) return;
    const extendedKeys = this.#screen.hasExtendedKeys;
    this.#take(updateApp({ ...this.#app, nowMs: this.#services.host.now(), extendedKeys }, msg), options);
  }

  #take([app, effects]: AppStep, { paint }: { paint: boolean } = { paint: true }): void {
    this.#app = app;
    if (paint) this.#painter.soon();
    for (const effect of effects) this.#run(effect);
    this.#scheduleTick();
  }

  #storeChanged(): void {
    this.#lookout.look();
    if (this.#changeTimer !== undefined || this.#closed) return;
    this.#changeTimer = setTimeout(() => {
      this.#changeTimer = undefined;
      // Only asks: what is to be seen comes with the answers.
      this.#guarded(() =>
        this.#dispatch({ type: "screen", msg: { type: "store_changed" } }, { paint: false })
      );
    }, this.#painter.frameMs);
  }

  #scheduleTick(): void {
    const delayMs = tickMs(this.#app);
    if (delayMs === undefined || this.#closed) return;
    const dueMs = performance.now() + delayMs;
    if (this.#tickTimer !== undefined && dueMs >= this.#tickDueMs) return;
    clearTimeout(this.#tickTimer);
    this.#tickDueMs = dueMs;
    this.#tickTimer = setTimeout(() => {
      this.#tickTimer = undefined;
      this.#guarded(() => this.#dispatch({ type: "screen", msg: { type: "tick" } }));
    }, delayMs);
  }

  #run(effect: AppEffect): void {
    switch (effect.type) {
      case "screen":
        return this.#effects.run(effect.screen, effect.effect);
      case "timer": {
        const timer = setTimeout(() => {
          this.#timers.delete(timer);
          this.#guarded(() => this.#input(effect.msg));
        }, effect.delayMs);
        this.#timers.add(timer);
        return;
      }
      case "check_leave":
        return this.#spawn(async () =>
          this.#dispatch(await checkedToLeave(this.#services.store, effect.traceIds))
        );
      case "suspend":
        return this.#suspend();
      case "alert":
        return this.#screen.alert(this.#app.settings.alert, effect.text);
      case "settings":
        this.#screen.setMouse(effect.settings.mouse);
        return this.#dispatch({ type: "look", ...this.#look(effect.settings) });
      case "names":
        return this.#spawn(async () =>
          this.#dispatch({ type: "names", names: await namesFor(this.#services) })
        );
      case "resolve_run":
        return this.#spawn(async () =>
          this.#dispatch(await runNamed(this.#services.store, effect.reference))
        );
      case "add_to_notebook":
        return this.#spawn(async () => this.#dispatch(await addedToNotebook(this.#services, effect)));
      case "score":
        return this.#spawn(async () => this.#dispatch(await keptScores(this.#services, effect.scores)));
      case "exit":
        return this.#spawn(() => this.#exit(effect.stop));
    }
  }

  #notify(level: "info" | "warn" | "error", text: string): void {
    this.#dispatch({ type: "notify", level, text });
  }

  #copy(text: string): void {
    this.#spawn(async () => {
      const told = await copied(text, (it) => this.#screen.copy(it), this.#services);
      this.#notify(told.level, told.text);
    });
  }

  /** True while ^c is meant for another program. */
  get leavesInterrupts(): boolean {
    return this.#loan.leavesInterrupts;
  }

  /** The process was stopped and goes on. */
  resume(): void {
    this.#guarded(() => this.#loan.resume());
  }

  #suspend(): void {
    const problem = this.#loan.suspend(this.#hooks.suspend);
    if (problem !== undefined) this.#notify("warn", problem);
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
