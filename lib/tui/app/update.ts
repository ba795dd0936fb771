import { edit, insert } from "../draw/text_field.ts";
import { withNeedy } from "./attend.ts";
import { nextNeedy } from "./attention.ts";
import { destination, type Jump } from "./jump.ts";
import { type Bound, lookup } from "./keymap.ts";
import {
  type App,
  type AppMsg,
  type AppStep,
  HEADER_ROWS,
  isTypingNow,
  modeOf,
  screenOf,
  withScreens,
} from "./model.ts";
import { addedText } from "./notebook.ts";
import { noticesOverMs } from "./notices.ts";
import {
  chosenInPalette,
  completedJump,
  enteredJump,
  isCovered,
  movedJump,
  movedPalette,
  scrolledHelp,
  typedOver,
  withHelp,
  withJump,
  withPalette,
} from "./overlays.ts";
import { changeSettings, go, toScreen, withNotice } from "./routing.ts";
import { keptText, movedScore, scoresOf } from "./score_form.ts";
import { HOME } from "./screen_list.ts";
import { attentionAt, footerKeyAt, headerTabAt } from "./view.ts";

/** How long a digit that led to another screen can still become a count where it was typed: as quick as a hand that knows ... */
const LEFT_COUNT_MS = 200;
/** ... and how long one that led nowhere waits for its motion. */
const COUNT_MS = 3_000;
const COUNT_DIGITS_MAX = 6;

/** The root: routes messages to the screen they are for and does what concerns more than one screen. Pure. */
export function updateApp(app: App, msg: AppMsg): AppStep {
  switch (msg.type) {
    case "key":
      return pressed(app, msg.key, msg.char);
    case "paste":
      return isTypingNow(app) ? typed(app, msg.text) : [app, []];
    case "pointer_click":
      return clicked(app, msg.x, msg.y);
    case "pointer_drag":
      return isCovered(app)
        ? [app, []]
        : toScreen(app, app.active, { type: "drag", x: msg.x, y: msg.y - HEADER_ROWS });
    case "pointer_wheel":
      return isCovered(app)
        ? [app, []]
        : toScreen(app, app.active, { type: "wheel", x: msg.x, y: msg.y - HEADER_ROWS, lines: msg.lines });
    case "resize":
      return toScreen({ ...app, size: msg.size }, app.active, { type: "resized" });
    case "look":
      return [{ ...app, theme: msg.theme, glyphs: msg.glyphs }, []];
    case "screens": {
      const isNew = screenOf(app) === undefined;
      const loaded = withScreens(app, msg.screens);
      return isNew ? toScreen(loaded, loaded.active, { type: "enter" }) : [loaded, []];
    }
    case "demos":
      return [{ ...app, demos: msg.demos }, []];
    case "lost_writes":
      return [{ ...app, hasLostWrites: true }, []];
    case "names":
      return app.jump ? [{ ...app, jump: { ...app.jump, names: msg.names } }, []] : [app, []];
    case "jump_resolved": {
      const { jump: _, ...closed } = app;
      return app.jump ? go(closed, "live", { type: "enter", target: msg.target }) : [app, []];
    }
    case "jump_failed":
      return app.jump ? [{ ...app, jump: { ...app.jump, problem: msg.message } }, []] : [app, []];
    case "notebook_written": {
      const { notebook: _, ...closed } = app;
      return [withNotice({ ...closed, notebookName: msg.added.path }, "info", addedText(msg.added)), []];
    }
    case "notebook_failed":
      return app.notebook
        ? [{ ...app, notebook: { ...app.notebook, problem: msg.message } }, []]
        : [withNotice(app, "error", msg.message), []];
    case "scored": {
      const { score, ...closed } = app;
      return [score ? withNotice(closed, "info", keptText(msg.count, score.subject)) : app, []];
    }
    case "score_failed":
      return app.score
        ? [{ ...app, score: { ...app.score, problem: msg.message } }, []]
        : [withNotice(app, "error", msg.message), []];
    case "count_over":
      return app.count === msg.count ? [uncounted(app), []] : [app, []];
    case "needy":
      return withNeedy(app, msg.needy);
    case "notify":
      return [withNotice(app, msg.level, msg.text), []];
    case "leave_checked":
      return msg.live.length === 0
        ? [app, [{ type: "exit", stop: [] }]]
        : [{ ...app, leaving: { live: msg.live } }, []];
    case "screen":
      return toScreen(app, msg.screen ?? app.active, msg.msg);
  }
}

/** The first thing that happens. */
export function startApp(app: App): AppStep {
  return toScreen(app, app.active, { type: "enter" });
}

function pressed(app: App, key: string, char: string | undefined): AppStep {
  if (!isTypingNow(app) && !isCovered(app) && /^[0-9]$/.test(key) && !(key === "0" && app.count === "")) {
    return digit(app, key);
  }
  if (app.count !== "") {
    const counting = whereCounted(app);
    const motion = lookup(counting, key);
    if (motion?.key.counted) return boundAction(uncounted(counting), motion, Number(app.count));
    return pressed(uncounted(app), key, char);
  }
  const bound = lookup(app, key);
  if (bound) return boundAction(app, bound);
  const isText = isTypingNow(app) ||
    (modeOf(app) === "pick" && char !== undefined && /^\p{L}$/u.test(char));
  return isText ? typed(app, char, key) : [app, []];
}

/** A digit leads to its screen at once; when a motion follows soon, it was a count where it was typed. */
function digit(app: App, key: string): AppStep {
  const count = (app.count + key).slice(0, COUNT_DIGITS_MAX);
  const bound = lookup(app, key);
  const [there, effects] = bound?.owner === "root" ? rootAction(app, bound.key.action) : [app, []];
  const { active, history } = whereCounted(app);
  const isElsewhere = there.active !== active;
  const next: App = {
    ...uncounted(there),
    count,
    ...(isElsewhere ? { countedOn: { active, history } } : {}),
  };
  const delayMs = isElsewhere ? LEFT_COUNT_MS : COUNT_MS;
  return [next, [...effects, { type: "timer", delayMs, msg: { type: "count_over", count } }]];
}

/** Back where the digits were typed. */
function whereCounted(app: App): App {
  const { countedOn, ...rest } = app;
  return countedOn ? { ...rest, ...countedOn } : app;
}

function uncounted(app: App): App {
  const { countedOn: _, ...rest } = app;
  return { ...rest, count: "" };
}

function boundAction(app: App, { owner, key: { action } }: Bound, count?: number): AppStep {
  if (owner === "root") return rootAction(app, action);
  return toScreen(app, app.active, { type: "action", action, ...(count === undefined ? {} : { count }) });
}

function typed(app: App, text: string | undefined, key = ""): AppStep {
  const over = typedOver(app, (field) => (text !== undefined ? insert(field, text) : edit(field, key)));
  if (over) return [over, []];
  return toScreen(app, app.active, text !== undefined ? { type: "text", text } : { type: "edit", key });
}

function rootAction(app: App, action: string): AppStep {
  if (action.startsWith("go:")) return go(app, action.slice(3));
  if (action.startsWith("palette")) return paletteAction(app, action);
  if (action.startsWith("jump")) return jumpAction(app, action);
  if (action.startsWith("notebook")) return notebookAction(app, action);
  if (action.startsWith("score")) return scoreAction(app, action);
  if (action.startsWith("confirm")) return confirmAction(app, action);
  const { leaving, ...stayed } = app;
  const { help: _, ...unhelped } = app;
  switch (action) {
    case "help":
      return [withHelp(app), []];
    case "close":
      return [unhelped, []];
    case "down":
      return [scrolledHelp(app, 1), []];
    case "up":
      return [scrolledHelp(app, -1), []];
    case "quit":
      if (app.active !== HOME) return toScreen(app, app.active, { type: "action", action: "back" });
      return askToLeave(app);
    case "interrupt":
      return leaving ? [app, [{ type: "exit", stop: [] }]] : askToLeave(app);
    case "keep":
      return [app, [{ type: "exit", stop: [] }]];
    case "stop":
      return [app, [{ type: "exit", stop: leaving?.live.map((run) => run.traceId) ?? [] }]];
    case "stay":
      return [stayed, []];
    case "suspend":
      return [app, [{ type: "suspend" }]];
    case "attend": {
      const run = nextNeedy(app.attention);
      if (!run) return [app, []];
      const { traceId, runId } = run;
      return go(app, "live", { type: "enter", target: { traceId, runId } });
    }
    default:
      return [app, []];
  }
}

function paletteAction(app: App, action: string): AppStep {
  const { palette, ...closed } = app;
  if (!palette) return [withPalette(app), []];
  switch (action) {
    case "palette_down":
      return [movedPalette(app, 1), []];
    case "palette_up":
      return [movedPalette(app, -1), []];
    case "palette_run": {
      const bound = chosenInPalette(app);
      return bound ? boundAction(closed, bound) : [app, []];
    }
    default:
      return [closed, []];
  }
}

function jumpAction(app: App, action: string): AppStep {
  const { jump, ...closed } = app;
  if (!jump) return [withJump(app), [{ type: "names" }]];
  switch (action) {
    case "jump_down":
      return [movedJump(app, 1), []];
    case "jump_up":
      return [movedJump(app, -1), []];
    case "jump_complete":
      return [completedJump(app), []];
    case "jump_run": {
      const line = enteredJump(jump);
      // A completion that wants one more word.
      return jump.index >= 0 && line.field.text.endsWith(" ")
        ? [{ ...app, jump: line }, []]
        : jumped(closed, line);
    }
    default:
      return [closed, []];
  }
}

function jumped(closed: App, jump: Jump): AppStep {
  const to = destination(jump.field.text, jump.names);
  if ("problem" in to) return [{ ...closed, jump: { ...jump, problem: to.problem } }, []];
  switch (to.type) {
    case "screen":
      return go(closed, to.screen);
    case "agent":
      return go(closed, "agents", { type: "enter", name: to.name });
    case "find":
      return go(closed, "runs", { type: "enter", search: to.search });
    case "settings":
      return changeSettings(closed, to.change);
    case "root":
      return rootAction(closed, to.action);
    case "run":
      return [{ ...closed, jump }, [{ type: "resolve_run", reference: to.reference }]];
  }
}

function notebookAction(app: App, action: string): AppStep {
  const { notebook, ...closed } = app;
  if (!notebook || action !== "notebook_write") return [closed, []];
  const { field, shown } = notebook;
  return [app, [{ type: "add_to_notebook", name: field.text.trim(), shown }]];
}

function scoreAction(app: App, action: string): AppStep {
  const { score, ...closed } = app;
  if (!score) return [app, []];
  switch (action) {
    case "score_next":
      return [{ ...app, score: movedScore(score, 1) }, []];
    case "score_before":
      return [{ ...app, score: movedScore(score, -1) }, []];
    case "score_keep":
      return [app, [{ type: "score", scores: scoresOf(score) }]];
    default:
      return [closed, []];
  }
}

function confirmAction(app: App, action: string): AppStep {
  const { confirm, ...closed } = app;
  if (!confirm || action !== "confirm_yes") return [closed, []];
  return toScreen(closed, confirm.screen, { type: "action", action: confirm.question.action });
}

function askToLeave(app: App): AppStep {
  if (app.own.length === 0) return [app, [{ type: "exit", stop: [] }]];
  return [app, [{ type: "check_leave", traceIds: app.own.map((run) => run.traceId) }]];
}

function clicked(app: App, x: number, y: number): AppStep {
  if (isCovered(app)) return [app, []];
  if (y < HEADER_ROWS) {
    if (attentionAt(app, x)) return rootAction(app, "attend");
    const tab = headerTabAt(app, x);
    return tab ? go(app, tab) : [app, []];
  }
  if (y === app.size.rows - 1) {
    const key = footerKeyAt(app, x);
    return key ? pressed(app, key, undefined) : [app, []];
  }
  return toScreen(app, app.active, { type: "click", x, y: y - HEADER_ROWS });
}

/** How soon time alone changes the frame; `undefined` when it does not. */
export function tickMs(app: App): number | undefined {
  const screen = screenOf(app)?.tickMs(app.models[app.active], app.nowMs);
  const notice = noticesOverMs(app.notices, app.nowMs);
  if (screen === undefined) return notice;
  return notice === undefined ? screen : Math.min(screen, notice);
}
