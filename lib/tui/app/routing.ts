import type { Effect, Msg, NoticeLevel, ScreenId, Target } from "../contract/message.ts";
import type { Settings } from "../contract/settings.ts";
import { withSeen } from "./attention.ts";
import { envOf } from "./env.ts";
import { type App, type AppEffect, type AppStep, HEADER_ROWS, OWN_RUNS_MAX, screenOf } from "./model.ts";
import { notebookPrompt } from "./notebook.ts";
import { withNotice as addNotice } from "./notices.ts";
import { readState } from "./saved_state.ts";
import { scoreForm } from "./score_form.ts";
import { HOME, SCREEN_TABS } from "./screen_list.ts";

const HISTORY_MAX = 20;
const EFFECT_DEPTH_MAX = 8;

/** Hands a message to a screen and does of its effects what only concerns the root; the others are handed on. */
export function toScreen(app: App, id: ScreenId, msg: Msg, depth = 0): AppStep {
  const known = msg.type === "launched" ? withOwnRun(app, msg) : app;
  const screen = screenOf(known, id);
  if (!screen) return [known, []];
  const [model, effects] = screen.update(known.models[id], msg, envOf(known));
  const next = model === known.models[id] ? known : { ...known, models: { ...known.models, [id]: model } };
  return absorb(next, id, effects, depth);
}

/** Whether the border between two panes is at a place of the whole screen. */
export function isGripAt(app: App, x: number, y: number): boolean {
  const env = envOf(app);
  return screenOf(app)?.isGrip?.(app.models[app.active], env, { x, y: y - HEADER_ROWS }) ?? false;
}

/** To a screen, which is told what to begin with. */
export function go(app: App, id: ScreenId, enter: Msg = { type: "enter" }, depth = 0): AppStep {
  if (!SCREEN_TABS.some((screen) => screen.id === id)) return [app, []];
  const history = app.active === id ? app.history : [...app.history, app.active].slice(-HISTORY_MAX);
  const target = enter.type === "enter" ? enter.target : undefined;
  const attention = target ? withSeen(app.attention, target.traceId) : app.attention;
  return toScreen({ ...app, active: id, history, attention }, id, enter, depth);
}

function leave(app: App, depth: number): AppStep {
  const previous = app.history.at(-1);
  if (app.active === HOME && previous === undefined) return [app, []];
  return toScreen(
    { ...app, active: previous ?? HOME, history: app.history.slice(0, -1) },
    previous ?? HOME,
    { type: "enter" },
    depth,
  );
}

/** Does the effects that only concern the root; hands the others on. */
function absorb(app: App, id: ScreenId, effects: readonly Effect[], depth: number): AppStep {
  let current = app;
  const rest: AppEffect[] = [];
  for (const effect of effects) {
    if (effect.type === "notice") current = withNotice(current, effect.level, effect.text);
    else if (effect.type === "confirm") {
      current = { ...current, confirm: { screen: id, question: effect.question } };
    } else if (effect.type === "to_notebook") {
      current = { ...current, notebook: notebookPrompt(effect.shown, current.notebookName) };
    } else if (effect.type === "to_score") {
      current = { ...current, score: scoreForm(effect.subject) };
    } else if (effect.type === "mark") current = withMark(current, effect.run);
    else if (effect.type === "settings" || effect.type === "settings_read") {
      const [next, more] = effect.type === "settings"
        ? changeSettings(current, effect.change)
        : withSettingsFile(current, effect.file);
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

export function withNotice(app: App, level: NoticeLevel, text: string): App {
  return { ...app, notices: addNotice(app.notices, level, text, app.nowMs) };
}

function withMark(app: App, run: Target | undefined): App {
  const { marked: _, ...rest } = app;
  return run ? { ...rest, marked: run } : rest;
}

function withOwnRun(app: App, msg: Extract<Msg, { type: "launched" }>): App {
  return { ...app, own: [...app.own, { ...msg.run, request: msg.request }].slice(-OWN_RUNS_MAX) };
}

/** What the settings' file says counts from now on; what it does not say stays as it is. */
function withSettingsFile(app: App, file: unknown): AppStep {
  const { state, problems } = readState(file);
  return changeSettings({ ...app, remap: state.keys, fileProblems: problems }, state.settings);
}

export function changeSettings(app: App, change: Partial<Settings>): AppStep {
  const settings = { ...app.settings, ...change };
  return [{ ...app, settings }, [{ type: "settings", settings }]];
}
