import { edit, EMPTY_FIELD, fieldOf, insert, type TextField } from "../draw/text_field.ts";
import { HOME, SCREEN_TABS } from "./screen_list.ts";
import { completions, destination, type Jump, NO_NAMES } from "./jump.ts";
import { GLOBAL_KEYS } from "./global_keys.ts";
import { lookup } from "./keymap.ts";
import type { Effect, Msg, NoticeLevel, ScreenId, Target } from "../contract/message.ts";
import { noticesOverMs, withNotice as addNotice } from "./notices.ts";
import { paletteItems } from "./palette.ts";
import type { Settings } from "../contract/settings.ts";
import {
  type App,
  type AppEffect,
  type AppMsg,
  type AppStep,
  HEADER_ROWS,
  isTypingNow,
  modeOf,
  OWN_RUNS_MAX,
  screenOf,
  withScreens,
} from "./model.ts";
import { envOf } from "./env.ts";
import { headerTabAt } from "./view.ts";

/** How long a digit waits for a motion before it means a screen. */
export const COUNT_WAIT_MS = 250;
const COUNT_DIGITS_MAX = 6;
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
    case "names":
      return app.jump ? [{ ...app, jump: { ...app.jump, names: msg.names } }, []] : [app, []];
    case "jump_resolved": {
      const { jump: _, ...closed } = app;
      return app.jump ? go(closed, "live", { type: "enter", target: msg.target }) : [app, []];
    }
    case "jump_failed":
      return app.jump ? [{ ...app, jump: { ...app.jump, problem: msg.message } }, []] : [app, []];
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
  if (!isTypingNow(app) && !isCovered(app) && /^[0-9]$/.test(key) && !(key === "0" && app.count === "")) {
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
  if (!bound) {
    const isText = isTypingNow(app) ||
      (modeOf(app) === "pick" && char !== undefined && /^\p{L}$/u.test(char));
    return isText ? typed(app, char, key) : [app, []];
  }
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

function isCovered(app: App): boolean {
  return Boolean(app.help ?? app.leaving ?? app.confirm ?? app.palette ?? app.jump);
}

function typed(app: App, text: string | undefined, key?: string): AppStep {
  const changed = (field: TextField) => text !== undefined ? insert(field, text) : edit(field, key ?? "");
  if (app.palette) {
    const field = changed(app.palette.field);
    return [field ? { ...app, palette: { field, index: 0 } } : app, []];
  }
  if (app.jump) {
    const field = changed(app.jump.field);
    if (!field) return [app, []];
    const { problem: _, ...jump } = app.jump;
    return [{ ...app, jump: { ...jump, field, index: -1 } }, []];
  }
  if (app.help) {
    const filter = changed(app.help.filter);
    return [filter ? { ...app, help: { filter, top: 0 } } : app, []];
  }
  if (text !== undefined) return toScreen(app, app.active, { type: "text", text });
  return toScreen(app, app.active, { type: "edit", key: key ?? "" });
}

function rootAction(app: App, action: string): AppStep {
  if (action.startsWith("go:")) return go(app, action.slice(3));
  if (action.startsWith("palette")) return paletteAction(app, action);
  if (action.startsWith("jump")) return jumpAction(app, action);
  if (action.startsWith("confirm")) return confirmAction(app, action);
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
      if (app.active !== HOME) return toScreen(app, app.active, { type: "action", action: "back" });
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

function paletteAction(app: App, action: string): AppStep {
  const { palette, ...closed } = app;
  if (!palette) return [{ ...app, palette: { field: EMPTY_FIELD, index: 0 } }, []];
  const items = paletteItems(app);
  const moved = (step: number): AppStep => [
    { ...app, palette: { ...palette, index: wrapped(palette.index + step, items.length) } },
    [],
  ];
  switch (action) {
    case "palette_down":
      return moved(1);
    case "palette_up":
      return moved(-1);
    case "palette_run": {
      const item = items[palette.index];
      if (!item) return [app, []];
      return item.bound.owner === "root"
        ? rootAction(closed, item.bound.key.action)
        : toScreen(closed, closed.active, { type: "action", action: item.bound.key.action });
    }
    default:
      return [closed, []];
  }
}

function wrapped(index: number, total: number): number {
  return total === 0 ? 0 : (index + total) % total;
}

function jumpAction(app: App, action: string): AppStep {
  const { jump, ...closed } = app;
  if (!jump) {
    return [{ ...app, jump: { field: EMPTY_FIELD, index: -1, names: NO_NAMES } }, [{ type: "names" }]];
  }
  const found = completions(jump.field.text, jump.names);
  switch (action) {
    case "jump_down":
    case "jump_up": {
      const step = action === "jump_down" ? 1 : -1;
      const from = jump.index < 0 && step < 0 ? 0 : jump.index;
      return [{
        ...app,
        jump: { ...jump, index: found.length === 0 ? -1 : wrapped(from + step, found.length) },
      }, []];
    }
    case "jump_complete": {
      const chosen = found[Math.max(0, jump.index)];
      return [chosen ? { ...app, jump: withLine(jump, chosen.line) } : app, []];
    }
    case "jump_run": {
      const chosen = jump.index >= 0 ? found[jump.index] : undefined;
      if (chosen?.line.endsWith(" ")) return [{ ...app, jump: withLine(jump, chosen.line) }, []];
      return jumped(app, chosen ? withLine(jump, chosen.line) : jump);
    }
    default:
      return [closed, []];
  }
}

function withLine(jump: Jump, text: string): Jump {
  const { problem: _, ...rest } = jump;
  return { ...rest, field: fieldOf(text), index: -1 };
}

function jumped(app: App, jump: Jump): AppStep {
  const to = destination(jump.field.text, jump.names);
  const { jump: _, ...closed } = app;
  if ("problem" in to) return [{ ...app, jump: { ...jump, problem: to.problem } }, []];
  switch (to.type) {
    case "screen":
      return go(closed, to.screen);
    case "agent": {
      return go(closed, "agents", { type: "enter", name: to.name });
    }
    case "find":
      return go(closed, "runs", { type: "enter", search: to.search });
    case "settings":
      return changeSettings(closed, to.change);
    case "root":
      return rootAction(closed, to.action);
    case "run":
      return [{ ...app, jump }, [{ type: "resolve_run", reference: to.reference }]];
  }
}

function confirmAction(app: App, action: string): AppStep {
  const { confirm, ...closed } = app;
  if (!confirm || action !== "confirm_yes") return [closed, []];
  return toScreen(closed, confirm.screen, { type: "action", action: confirm.question.action });
}

function changeSettings(app: App, change: Partial<Settings>): AppStep {
  const settings = { ...app.settings, ...change };
  return [{ ...app, settings }, [{ type: "settings", settings }]];
}

function askToLeave(app: App): AppStep {
  if (app.own.length === 0) return [app, [{ type: "exit", stop: [] }]];
  return [app, [{ type: "check_leave", traceIds: app.own.map((run) => run.traceId) }]];
}

function clicked(app: App, x: number, y: number): AppStep {
  if (isCovered(app)) return [app, []];
  if (y < HEADER_ROWS) {
    const tab = headerTabAt(x);
    return tab ? go(app, tab) : [app, []];
  }
  return toScreen(app, app.active, { type: "click", x, y: y - HEADER_ROWS });
}

function go(app: App, id: ScreenId, enter: Msg = { type: "enter" }, depth = 0): AppStep {
  if (!SCREEN_TABS.some((screen) => screen.id === id)) return [app, []];
  const history = app.active === id ? app.history : [...app.history, app.active].slice(-HISTORY_MAX);
  return toScreen({ ...app, active: id, history }, id, enter, depth);
}

function leave(app: App, depth: number): AppStep {
  const previous = app.history.at(-1);
  if (app.active === HOME) return [app, []];
  return toScreen(
    { ...app, active: previous ?? HOME, history: app.history.slice(0, -1) },
    previous ?? HOME,
    { type: "enter" },
    depth,
  );
}

function toScreen(app: App, id: ScreenId, msg: Msg, depth = 0): AppStep {
  const known = msg.type === "launched" ? withOwnRun(app, msg) : app;
  const screen = screenOf(known, id);
  if (!screen) return [known, []];
  const [model, effects] = screen.update(known.models[id], msg, envOf(known));
  const next = model === known.models[id] ? known : { ...known, models: { ...known.models, [id]: model } };
  return absorb(next, id, effects, depth);
}

/** Does the effects that only concern the root; hands the others on. */
function absorb(app: App, id: ScreenId, effects: readonly Effect[], depth: number): AppStep {
  let current = app;
  const rest: AppEffect[] = [];
  for (const effect of effects) {
    if (effect.type === "notice") current = withNotice(current, effect.level, effect.text);
    else if (effect.type === "confirm") {
      current = { ...current, confirm: { screen: id, question: effect.question } };
    } else if (effect.type === "mark") current = withMark(current, effect.run);
    else if (effect.type === "settings") {
      const [next, more] = changeSettings(current, effect.change);
      current = next;
      rest.push(...more);
    } else if (effect.type === "go" || effect.type === "leave") {
      if (depth >= EFFECT_DEPTH_MAX) {
        throw new RangeError(`Cannot switch screens: more than ${depth} in a row`);
      }
      if (effect.type === "go" && effect.compare) current = withMark(current, undefined);
      const [next, more] = effect.type === "leave" ? leave(current, depth + 1) : go(
        current,
        effect.screen,
        { ...effect, type: "enter" },
        depth + 1,
      );
      current = next;
      rest.push(...more);
    } else rest.push({ type: "screen", screen: id, effect });
  }
  return [current, rest];
}

function withNotice(app: App, level: NoticeLevel, text: string): App {
  return { ...app, notices: addNotice(app.notices, level, text, app.nowMs) };
}

function withMark(app: App, run: Target | undefined): App {
  const { marked: _, ...rest } = app;
  return run ? { ...rest, marked: run } : rest;
}

function withOwnRun(app: App, msg: Extract<Msg, { type: "launched" }>): App {
  return { ...app, own: [...app.own, { ...msg.run, request: msg.request }].slice(-OWN_RUNS_MAX) };
}

/** How soon time alone changes the frame; `undefined` when it does not. */
export function tickMs(app: App): number | undefined {
  const screen = screenOf(app)?.tickMs(app.models[app.active]);
  const notice = noticesOverMs(app.notices, app.nowMs);
  if (screen === undefined) return notice;
  return notice === undefined ? screen : Math.min(screen, notice);
}
