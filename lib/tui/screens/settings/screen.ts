import { type Actions, updateOf } from "../../contract/handlers.ts";
import type { Effect } from "../../contract/message.ts";
import { NO_EDITOR, notice } from "../../contract/effects.ts";
import { loading } from "../../contract/load.ts";
import type { Tickets } from "../../contract/queries.ts";
import type { Env, Screen } from "../../contract/screen.ts";
import { type Key, keySign, MOTION_KEYS } from "../../contract/keys.ts";
import { ALERT_CHOICES, type Settings, THEME_CHOICES } from "../../contract/settings.ts";
import { EMPTY, type Line, line, seg } from "../../draw/line.ts";
import { BORDER, pane } from "../../draw/pane.ts";
import { clamp, keepInView, moved } from "../../draw/scroll.ts";
import { clean, cut, fit, width, wrap } from "../../terminal/text.ts";
import type { SettingsQueries } from "./queries.ts";
import { listLines } from "../../widgets/list.ts";
import { neighbour } from "../../widgets/neighbour.ts";

interface SettingsModel {
  readonly tickets: Tickets<SettingsQueries>;
  /** Row of the list: the settings first, then the keys. */
  readonly index: number;
  readonly top: number;
}

interface Choice {
  readonly title: string;
  readonly about: string;
  value(settings: Settings): string;
  change(settings: Settings, step: 1 | -1): Partial<Settings>;
}

const LABEL_COLUMNS = 12;
const VALUE_COLUMNS = 14;
const SIGN_COLUMNS = 18;
const PROBLEMS_MAX = 20;

const CHOICES: readonly Choice[] = [
  {
    title: "theme",
    about: "auto follows the terminal; 16 keeps its own palette; none has no colour",
    value: (settings) => settings.theme,
    change: ({ theme }, step) => ({ theme: neighbour(THEME_CHOICES, theme, step) }),
  },
  {
    title: "mouse",
    about: "clicks and wheel; off leaves selecting text to the terminal",
    value: (settings) => (settings.mouse ? "on" : "off"),
    change: (settings) => ({ mouse: !settings.mouse }),
  },
  {
    title: "ascii",
    about: "draw with ASCII only, for fonts without line drawing",
    value: (settings) => (settings.ascii ? "on" : "off"),
    change: (settings) => ({ ascii: !settings.ascii }),
  },
  {
    title: "alert",
    about: "when a run waits or went wrong: the terminal's bell, a desktop notice (OSC 9), or neither",
    value: (settings) => settings.alert,
    change: ({ alert }, step) => ({ alert: neighbour(ALERT_CHOICES, alert, step) }),
  },
];

const onChoice = (model: SettingsModel) => model.index < CHOICES.length;

const SETTINGS_KEYS: readonly Key<SettingsModel>[] = [
  {
    keys: ["enter", "space", "right"],
    action: "next",
    label: "change",
    help: "the next value",
    footer: 1,
    when: onChoice,
  },
  { keys: ["left"], action: "previous", label: "before", help: "the value before", when: onChoice },
  {
    keys: ["o"],
    action: "editor",
    label: "file",
    help: "open the settings' file in your editor: keys are changed there",
    footer: 2,
  },
  { keys: ["escape"], action: "back", label: "back", help: "back one level", footer: 8 },
  ...MOTION_KEYS,
];

const ACTIONS: Actions<SettingsModel> = {
  back: (model) => [model, [{ type: "leave" }]],
  next: (model, env) => [model, changed(model, env, 1)],
  previous: (model, env) => [model, changed(model, env, -1)],
  editor: (model, { settingsPath, hasEditor }) => {
    if (!hasEditor) return [model, [NO_EDITOR]];
    return [
      model,
      settingsPath === undefined
        ? [notice("warn", "Cannot open the settings: this workbench keeps none")]
        : [{ type: "open_file", path: settingsPath }],
    ];
  },
};

const load = loading<SettingsQueries>();

/** Theme, mouse, signs and keys. Changes are seen at once and kept. */
export const settingsScreen: Screen<SettingsModel, SettingsQueries> = {
  keys: SETTINGS_KEYS,
  init: () => ({ index: 0, top: 0, tickets: { file: 0 } }),
  mode: () => "normal",
  update: updateOf<SettingsModel, SettingsQueries>({
    resized: (model, env) => [withEntry(model, model.index, env), []],
    actions: () => ACTIONS,
    moved: (model, { action, count }, env) => {
      const index = moved(action, model.index, count, height(env), total(env));
      return [index === undefined ? model : withEntry(model, index, env), []];
    },
    wheeled: (model, lines, _, env) => [withEntry(model, model.index + lines, env), []],
    clicked: (model, { y }, env) => {
      const entry = entryAt(model.top + y - 1, env);
      if (entry === undefined) return [model, []];
      return entry === model.index ? [model, changed(model, env, 1)] : [withEntry(model, entry, env), []];
    },
    // What was changed in the file counts at once.
    edited: (model) => load([model, []], "file", undefined),
    answered: { file: (model, file) => [model, [{ type: "settings_read", file }]] },
  }),
  queries: async () => (await import("./queries.ts")).SETTINGS_QUERIES,
  view: viewSettings,
  tickMs: () => undefined,
};

function changed(model: SettingsModel, env: Env, step: 1 | -1): readonly Effect[] {
  const choice = CHOICES[model.index];
  return choice ? [{ type: "settings", change: choice.change(env.settings, step) }] : [];
}

function total(env: Env): number {
  return CHOICES.length + env.bindings.length;
}

function height(env: Env): number {
  return Math.max(1, env.size.rows - BORDER);
}

/** Between the settings and the keys: their file, and what of it is not used. */
function headLines({ settingsPath, settingsProblems }: Env, columns: number): readonly Line[] {
  const rest = settingsProblems.length - PROBLEMS_MAX;
  const path = settingsPath ?? "not kept";
  return [
    EMPTY,
    [seg("  File  ", "heading"), seg(cut(clean(path), Math.max(1, columns - 9)), "text")],
    ...settingsProblems.slice(0, PROBLEMS_MAX).flatMap((problem) =>
      wrap(clean(problem), Math.max(10, columns - 5)).map((text, row) =>
        line(`${row === 0 ? "  ! " : "    "}${text}`, "warn")
      )
    ),
    ...(rest > 0 ? [line(`    and ${rest} more`, "warn")] : []),
    [
      seg("  Keys", "heading"),
      seg('  o opens the file, in which "keys": { "runs.stop": ["X"] } changes one', "dim"),
    ],
  ];
}

function headRows(env: Env): number {
  return headLines(env, env.size.columns - BORDER).length;
}

/** Rows of the pane before entry `index`: the keys begin under a heading. */
function rowOf(index: number, env: Env): number {
  return index < CHOICES.length ? index : index + headRows(env);
}

/** The entry in a row of the pane; `undefined` for the heading between them. */
function entryAt(row: number, env: Env): number | undefined {
  if (row < CHOICES.length) return row;
  const head = headRows(env);
  return row < CHOICES.length + head ? undefined : row - head;
}

function withEntry(model: SettingsModel, wanted: number, env: Env): SettingsModel {
  const index = clamp(wanted, 0, total(env) - 1);
  const top = keepInView(model.top, rowOf(index, env), height(env), total(env) + headRows(env));
  return { ...model, index, top };
}

function viewSettings(model: SettingsModel, env: Env): readonly Line[] {
  const { columns, rows } = env.size;
  const inner = columns - BORDER;
  const look = { top: 0, height: total(env), columns: inner, glyphs: env.glyphs };
  const ids = Math.min(30, Math.max(...env.bindings.map((binding) => width(binding.id))) + 2);
  const lines: Line[] = [
    ...listLines(CHOICES, { ...look, selected: model.index }, (choice) => [
      seg(fit(choice.title, LABEL_COLUMNS), "strong"),
      seg(fit(`< ${choice.value(env.settings)} >`, VALUE_COLUMNS), "key"),
      seg(choice.about, "dim"),
    ]),
    ...headLines(env, inner),
    ...listLines(env.bindings, { ...look, selected: model.index - CHOICES.length }, (binding) => [
      seg(fit(binding.id, ids), binding.changed ? "warn" : "text"),
      seg(
        fit(clean(binding.keys.map((key) => keySign(key, env.glyphs)).join("  ")) || "none", SIGN_COLUMNS),
        "key",
      ),
      seg(binding.changed ? "yours: " : "", "warn"),
      seg(binding.help, "dim"),
    ]),
  ];
  return pane(lines.slice(model.top, model.top + height(env)), columns, rows, env.glyphs, {
    title: "Settings",
    focused: true,
    foot: line(`${model.index + 1} of ${total(env)}`, "dim"),
    scroll: { top: model.top, total: lines.length },
  });
}
