import type { TuiOptions } from "../ports.ts";
import { ALERT_CHOICES, DEFAULT_SETTINGS, type Settings, THEME_CHOICES } from "../contract/settings.ts";
import type { ScreenId } from "../contract/message.ts";
import { isSafeRecord, type Remap } from "./remap.ts";

/** What the workbench keeps across starts. */
export interface SavedState {
  readonly settings: Partial<Settings>;
  readonly keys: Remap;
  readonly screen?: ScreenId;
  /** What each screen asked to keep, by its id. */
  readonly screens: Readonly<Record<string, unknown>>;
}

export const NO_STATE: SavedState = Object.freeze({ settings: {}, keys: {}, screens: {} });

const KEYS_MAX = 500;
const SIGNS_MAX = 8;
const NAME_LENGTH_MAX = 60;

export interface ReadState {
  readonly state: SavedState;
  /** Why a part of it is not used, one sentence each. */
  readonly problems: readonly string[];
}

/** Reads what a file holds. Never throws: a part that does not fit is left out and named. */
export function readState(value: unknown): ReadState {
  if (value === undefined || value === null) return { state: NO_STATE, problems: [] };
  if (!isSafeRecord(value)) {
    return { state: NO_STATE, problems: ["Cannot use tui.json: it must hold one object. Try: delete it"] };
  }
  const problems: string[] = [];
  const settings: { -readonly [K in keyof Settings]?: Settings[K] } = {};
  const wrong = (name: string, got: unknown, want: string) =>
    problems.push(`Cannot use ${name} of tui.json: got ${shown(got)}. Try: ${want}`);
  const { theme, mouse, ascii, alert, screen } = value;
  if (theme !== undefined) {
    const known = THEME_CHOICES.find((choice) => choice === theme);
    if (known) settings.theme = known;
    else wrong("theme", theme, THEME_CHOICES.join(", "));
  }
  if (alert !== undefined) {
    const known = ALERT_CHOICES.find((choice) => choice === alert);
    if (known) settings.alert = known;
    else wrong("alert", alert, ALERT_CHOICES.join(", "));
  }
  for (const [name, flag] of [["mouse", mouse], ["ascii", ascii]] as const) {
    if (typeof flag === "boolean") settings[name] = flag;
    else if (flag !== undefined) wrong(name, flag, "true or false");
  }
  const screens = isSafeRecord(value["screens"]) ? value["screens"] : {};
  return {
    state: {
      settings,
      keys: readKeys(value["keys"], wrong),
      ...(typeof screen === "string" && screen.length <= NAME_LENGTH_MAX ? { screen: screen } : {}),
      screens,
    },
    problems,
  };
}

function readKeys(value: unknown, wrong: (name: string, got: unknown, want: string) => void): Remap {
  if (value === undefined) return {};
  if (!isSafeRecord(value)) {
    wrong("keys", value, '{"runs.stop": ["X"]}');
    return {};
  }
  const keys: Record<string, readonly string[]> = {};
  for (const [id, given] of Object.entries(value).slice(0, KEYS_MAX)) {
    const names = typeof given === "string" ? [given] : given;
    const fits = Array.isArray(names) && names.length <= SIGNS_MAX &&
      names.every((name) => typeof name === "string" && name !== "" && name.length <= NAME_LENGTH_MAX);
    if (fits) keys[id] = names;
    else wrong(`keys."${id.slice(0, NAME_LENGTH_MAX)}"`, given, '["X"]');
  }
  return keys;
}

/** The file's content for a state; what is as by default is left out. */
export function writeState(state: SavedState): Record<string, unknown> {
  return {
    ...state.settings,
    ...(Object.keys(state.keys).length > 0 ? { keys: state.keys } : {}),
    ...(state.screen === undefined ? {} : { screen: state.screen }),
    ...(Object.keys(state.screens).length > 0 ? { screens: state.screens } : {}),
  };
}

/** What the command line says wins over what was kept; only "no" can be said there. */
export function settingsOf(options: TuiOptions, kept: Partial<Settings>): Settings {
  const { color = "auto", background = "auto" } = options;
  const asked: Partial<Settings> = {
    ...(color === "none" || color === "16"
      ? { theme: color }
      : background === "auto"
      ? {}
      : { theme: background }),
    ...(options.mouse === false ? { mouse: false } : {}),
    ...(options.ascii ? { ascii: true } : {}),
  };
  return { ...DEFAULT_SETTINGS, ...kept, ...asked };
}

/** What is kept of the settings: what was kept before, and what was changed here. */
export function changedSettings(
  now: Settings,
  atStart: Settings,
  kept: Partial<Settings>,
): Partial<Settings> {
  return {
    ...kept,
    ...(now.theme === atStart.theme ? {} : { theme: now.theme }),
    ...(now.mouse === atStart.mouse ? {} : { mouse: now.mouse }),
    ...(now.ascii === atStart.ascii ? {} : { ascii: now.ascii }),
    ...(now.alert === atStart.alert ? {} : { alert: now.alert }),
  };
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
