import { SCREENS } from "../screens/mod.ts";
import { type App, modeOf, screenOf } from "./model.ts";
import type { Key, Mode } from "./screen.ts";

/** Keys of the frame around all screens. */
export const GLOBAL_KEYS: readonly Key<App>[] = [
  ...SCREENS.map((screen, index): Key<App> => ({
    keys: [String(index + 1)],
    action: `go:${screen.id}`,
    label: screen.title,
    help: `to ${screen.title}`,
  })),
  { keys: ["?"], action: "help", label: "help", help: "this list", footer: 90 },
  {
    keys: ["q"],
    action: "quit",
    label: "quit",
    help: "quit; below the top, back",
    footer: 99,
    when: (app) => app.active === "runs",
  },
  {
    keys: ["q"],
    action: "quit",
    label: "back",
    help: "back one level",
    when: (app) => app.active !== "runs",
  },
  { keys: ["ctrl+c"], action: "interrupt", label: "quit", help: "quit from anywhere", modes: allModes() },
  {
    keys: ["ctrl+z"],
    action: "suspend",
    label: "suspend",
    help: "suspend (fg comes back)",
    modes: allModes(),
  },
];

const HELP_KEYS: readonly Key<App>[] = [
  { keys: ["escape", "?"], action: "close", label: "close", help: "close", modes: ["filter"], footer: 1 },
  { keys: ["down"], action: "down", label: "scroll", help: "scroll down", modes: ["filter"], footer: 2 },
  { keys: ["up"], action: "up", label: "scroll", help: "scroll up", modes: ["filter"] },
];

const LEAVE_KEYS: readonly Key<App>[] = [
  {
    keys: ["k", "enter"],
    action: "keep",
    label: "keep running",
    help: "leave, runs go on",
    modes: ["dialog"],
    footer: 1,
  },
  {
    keys: ["s"],
    action: "stop",
    label: "stop them",
    help: "stop the runs and leave",
    modes: ["dialog"],
    footer: 2,
  },
  { keys: ["escape", "c", "n"], action: "stay", label: "cancel", help: "stay", modes: ["dialog"], footer: 3 },
];

function allModes(): readonly Mode[] {
  return ["normal", "filter", "form", "dialog"];
}

export interface Bound {
  /** Which table the key is in. */
  readonly owner: "screen" | "root";
  readonly key: Key;
}

/** All keys that can be pressed now, in the order in which they are looked up. */
export function liveKeys(app: App): readonly Bound[] {
  const mode = modeOf(app);
  const fits = (key: Key, model: unknown) =>
    (key.modes ?? ["normal"]).includes(mode) && (key.when?.(model) ?? true);
  const root = (keys: readonly Key<App>[]): Bound[] =>
    (keys as readonly Key[]).filter((key) => fits(key, app)).map((key) => ({ owner: "root", key }));
  if (app.leaving) return root([...LEAVE_KEYS, ...GLOBAL_KEYS]);
  if (app.help) return root([...HELP_KEYS, ...GLOBAL_KEYS]);
  const screen = screenOf(app.active);
  const own = screen.keys
    .filter((key) => fits(key, app.models[app.active]))
    .map((key): Bound => ({ owner: "screen", key }));
  return [...own, ...root(GLOBAL_KEYS)];
}

export function lookup(app: App, pressed: string): Bound | undefined {
  return liveKeys(app).find((bound) => bound.key.keys.includes(pressed));
}

/** The keys for the footer, most useful first. */
export function footerKeys(app: App): readonly Key[] {
  return liveKeys(app)
    .map((bound) => bound.key)
    .filter((key) => key.footer !== undefined)
    .sort((a, b) => a.footer! - b.footer!);
}

export interface HelpSection {
  readonly title: string;
  readonly keys: readonly Key[];
}

/** Every key of the screen in view and of the frame, by mode. */
export function helpSections(app: App): readonly HelpSection[] {
  const screen = screenOf(app.active);
  const inMode = (mode: Mode) => screen.keys.filter((key) => (key.modes ?? ["normal"]).includes(mode));
  const sections: HelpSection[] = [
    { title: screen.title, keys: inMode("normal") },
    { title: "While typing a filter", keys: inMode("filter") },
    { title: "In the form", keys: inMode("form") },
    { title: "In a question", keys: inMode("dialog") },
    { title: "Everywhere", keys: GLOBAL_KEYS as readonly Key[] },
  ];
  return sections.filter((section) => section.keys.length > 0);
}
