import { edit, EMPTY_FIELD, insert } from "../draw/text_field.ts";
import { SCREENS } from "../screens/mod.ts";
import { GLOBAL_KEYS, lookup } from "./keymap.ts";
import type { Effect, Msg, ScreenId } from "./message.ts";
import {
  type App,
  type AppEffect,
  type AppMsg,
  type AppStep,
  envOf,
  HEADER_ROWS,
  isTypingNow,
  OWN_RUNS_MAX,
  screenOf,
} from "./model.ts";
import { headerTabAt } from "./view.ts";

/** How long a digit waits for a motion before it means a screen. */
export const COUNT_WAIT_MS = 250;
const COUNT_DIGITS_MAX = 6;
const NOTICE_MS = 4_000;
const HISTORY_MAX = 20;
const EFFECT_DEPTH_MAX = 8;

/** The root: routes messages to the screen they are for and does what concerns more than one screen. Pure. */
export function updateApp(app: App, msg: AppMsg): AppStep {
  switch (msg.type) {
    case "key":
      return pressed(app, msg.key, msg.char);
    case "paste":
      return isTypingNow(app) ? typed(app, msg.text) : [app, []];
    case "pointer_click":
      return clicked(app, msg.x, msg.y);
    case "pointer_wheel":
      return app.help || app.leaving
        ? [app, []]
        : toScreen(app, app.active, { type: "wheel", x: msg.x, y: msg.y - HEADER_ROWS, lines: msg.lines });
    case "resize":
      return toScreen({ ...app, size: msg.size }, app.active, { type: "resized" });
    case "theme":
      return [{ ...app, theme: msg.theme }, []];
    case "count_over":
      return app.count === msg.count ? settleCount(app) : [app, []];
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
  const bound = lookup(app, key);
  if (!isTypingNow(app) && !app.leaving && /^[0-9]$/.test(key) && !(key === "0" && app.count === "")) {
    const count = (app.count + key).slice(0, COUNT_DIGITS_MAX);
    return [{ ...app, count }, [{
      type: "timer",
      delayMs: COUNT_WAIT_MS,
      msg: { type: "count_over", count },
    }]];
  }
  if (app.count !== "" && !bound?.key.counted) {
    const [settled, effects] = settleCount(app);
    const [next, more] = pressed(settled, key, char);
    return [next, [...effects, ...more]];
  }
  if (!bound) return isTypingNow(app) ? typed(app, char, key) : [app, []];
  const count = app.count === "" ? undefined : Number(app.count);
  const cleared = { ...app, count: "" };
  if (bound.owner === "root") return rootAction(cleared, bound.key.action);
  return toScreen(cleared, app.active, {
    type: "action",
    action: bound.key.action,
    ...(count === undefined ? {} : { count }),
  });
}

/** No motion came after the digits: a single digit that names a screen leads there. */
function settleCount(app: App): AppStep {
  const cleared = { ...app, count: "" };
  const named = GLOBAL_KEYS.find((key) => key.keys.includes(app.count));
  return named ? rootAction(cleared, named.action) : [cleared, []];
}

function typed(app: App, text: string | undefined, key?: string): AppStep {
  if (app.help) {
    const filter = text !== undefined ? insert(app.help.filter, text) : edit(app.help.filter, key ?? "");
    return [filter ? { ...app, help: { filter, top: 0 } } : app, []];
  }
  if (text !== undefined) return toScreen(app, app.active, { type: "text", text });
  return toScreen(app, app.active, { type: "edit", key: key ?? "" });
}

function rootAction(app: App, action: string): AppStep {
  if (action.startsWith("go:")) return go(app, action.slice(3) as ScreenId);
  const { help, leaving: _, ...stayed } = app;
  const { help: _h, ...unhelped } = app;
  switch (action) {
    case "help":
      return [{ ...app, help: { filter: EMPTY_FIELD, top: 0 } }, []];
    case "close":
      return [unhelped, []];
    case "down":
    case "up":
      return help
        ? [{ ...app, help: { ...help, top: Math.max(0, help.top + (action === "down" ? 1 : -1)) } }, []]
        : [app, []];
    case "quit":
      if (app.active !== "runs") return toScreen(app, app.active, { type: "action", action: "back" });
      return askToLeave(app);
    case "interrupt":
      return app.leaving ? [app, [{ type: "exit", stop: [] }]] : askToLeave(app);
    case "keep":
      return [app, [{ type: "exit", stop: [] }]];
    case "stop":
      return [app, [{ type: "exit", stop: app.leaving?.live.map((run) => run.traceId) ?? [] }]];
    case "stay":
      return [help ? { ...stayed, help } : stayed, []];
    case "suspend":
      return [app, [{ type: "suspend" }]];
    default:
      return [app, []];
  }
}

function askToLeave(app: App): AppStep {
  if (app.own.length === 0) return [app, [{ type: "exit", stop: [] }]];
  return [app, [{ type: "check_leave", traceIds: app.own.map((run) => run.traceId) }]];
}

function clicked(app: App, x: number, y: number): AppStep {
  if (app.help || app.leaving) return [app, []];
  if (y < HEADER_ROWS) {
    const tab = headerTabAt(x);
    return tab ? go(app, tab) : [app, []];
  }
  return toScreen(app, app.active, { type: "click", x, y: y - HEADER_ROWS });
}

function go(app: App, id: ScreenId, enter: Msg = { type: "enter" }, depth = 0): AppStep {
  if (!SCREENS.some((screen) => screen.id === id)) return [app, []];
  const history = app.active === id ? app.history : [...app.history, app.active].slice(-HISTORY_MAX);
  return toScreen({ ...app, active: id, history }, id, enter, depth);
}

function leave(app: App, depth: number): AppStep {
  const previous = app.history.at(-1);
  if (app.active === "runs") return [app, []];
  return toScreen(
    { ...app, active: previous ?? "runs", history: app.history.slice(0, -1) },
    previous ?? "runs",
    { type: "enter" },
    depth,
  );
}

function toScreen(app: App, id: ScreenId, msg: Msg, depth = 0): AppStep {
  const known = msg.type === "launched" ? withOwnRun(app, msg) : app;
  const [model, effects] = screenOf(id).update(known.models[id], msg, envOf(known));
  const next = model === known.models[id] ? known : { ...known, models: { ...known.models, [id]: model } };
  return absorb(next, id, effects, depth);
}

/** Does the effects that only concern the root; hands the others on. */
function absorb(app: App, id: ScreenId, effects: readonly Effect[], depth: number): AppStep {
  let current = app;
  const rest: AppEffect[] = [];
  for (const effect of effects) {
    if (effect.type === "notice") current = withNotice(current, effect.level, effect.text);
    else if (effect.type === "go" || effect.type === "leave") {
      if (depth >= EFFECT_DEPTH_MAX) {
        throw new RangeError(`Cannot switch screens: more than ${depth} in a row`);
      }
      const [next, more] = effect.type === "leave" ? leave(current, depth + 1) : go(
        current,
        effect.screen,
        { type: "enter", ...(effect.target ? { target: effect.target } : {}) },
        depth + 1,
      );
      current = next;
      rest.push(...more);
    } else rest.push({ type: "screen", screen: id, effect });
  }
  return [current, rest];
}

function withNotice(app: App, level: "info" | "warn" | "error", text: string): App {
  return { ...app, notice: { level, text, untilMs: app.nowMs + NOTICE_MS } };
}

function withOwnRun(app: App, msg: Extract<Msg, { type: "launched" }>): App {
  return { ...app, own: [...app.own, { ...msg.run, request: msg.request }].slice(-OWN_RUNS_MAX) };
}

/** How soon time alone changes the frame; `undefined` when it does not. */
export function tickMs(app: App): number | undefined {
  const screen = screenOf(app.active).tickMs(app.models[app.active]);
  const notice = app.notice && app.notice.untilMs > app.nowMs ? app.notice.untilMs - app.nowMs : undefined;
  if (screen === undefined) return notice;
  return notice === undefined ? screen : Math.min(screen, notice);
}
