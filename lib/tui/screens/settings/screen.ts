import type { Msg } from "../../contract/message.ts";
import type { Env, Screen, Step } from "../../contract/screen.ts";
import { type Key, keySign, MOTION_KEYS } from "../../contract/keys.ts";
import { type Settings, THEME_CHOICES } from "../../contract/settings.ts";
import { EMPTY, fitLine, type Line, line, onGround, seg } from "../../draw/line.ts";
import { BORDER, pane } from "../../draw/pane.ts";
import { clamp, keepInView, moved } from "../../draw/scroll.ts";
import { clean, fit, width } from "../../terminal/text.ts";

interface SettingsModel {
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
const HEAD_ROWS = 2;

const CHOICES: readonly Choice[] = [
  {
    title: "theme",
    about: "auto follows the terminal; 16 keeps its own palette; none has no colour",
    value: (settings) => settings.theme,
    change: ({ theme }, step) => {
      const at = THEME_CHOICES.indexOf(theme) + step + THEME_CHOICES.length;
      return { theme: THEME_CHOICES[at % THEME_CHOICES.length]! };
    },
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
  { keys: ["escape"], action: "back", label: "back", help: "back one level", footer: 8 },
  ...MOTION_KEYS,
];

/** Theme, mouse, signs and keys. Changes are seen at once and kept. */
export const settingsScreen: Screen<SettingsModel> = {
  id: "settings",
  title: "Settings",
  tab: false,
  keys: SETTINGS_KEYS,
  init: () => ({ index: 0, top: 0 }),
  mode: () => "normal",
  update: updateSettings,
  view: viewSettings,
  tickMs: () => undefined,
};

function updateSettings(model: SettingsModel, msg: Msg, env: Env): Step<SettingsModel> {
  switch (msg.type) {
    case "resized":
      return [at(model, model.index, env), []];
    case "wheel":
      return [at(model, model.index + msg.lines, env), []];
    case "click": {
      const row = model.top + msg.y - 1;
      return row === model.index ? changed(model, env, 1) : [at(model, row, env), []];
    }
    case "action":
      if (msg.action === "back") return [model, [{ type: "leave" }]];
      if (msg.action === "next" || msg.action === "previous") {
        return changed(model, env, msg.action === "next" ? 1 : -1);
      }
      return [
        at(model, moved(msg.action, model.index, msg.count, height(env), total(env)) ?? model.index, env),
        [],
      ];
    default:
      return [model, []];
  }
}

function changed(model: SettingsModel, env: Env, step: 1 | -1): Step<SettingsModel> {
  const choice = CHOICES[model.index];
  return [model, choice ? [{ type: "settings", change: choice.change(env.settings, step) }] : []];
}

function total(env: Env): number {
  return CHOICES.length + env.bindings.length;
}

function height(env: Env): number {
  return Math.max(1, env.size.rows - BORDER);
}

/** Rows of the pane before entry `index`: the keys begin under a heading. */
function rowOf(index: number): number {
  return index < CHOICES.length ? index : index + HEAD_ROWS;
}

function at(model: SettingsModel, wanted: number, env: Env): SettingsModel {
  const index = clamp(wanted, 0, total(env) - 1);
  const top = keepInView(model.top, rowOf(index), height(env), total(env) + HEAD_ROWS);
  return { index, top };
}

function viewSettings(model: SettingsModel, env: Env): readonly Line[] {
  const { columns, rows } = env.size;
  const inner = columns - BORDER;
  const row = (index: number, content: Line): Line => {
    const chosen = index === model.index;
    const full = fitLine([seg(chosen ? `${env.glyphs.pointer} ` : "  ", "accent"), ...content], inner);
    return chosen ? onGround(full, "selected") : full;
  };
  const ids = Math.min(30, Math.max(...env.bindings.map((binding) => width(binding.id))) + 2);
  const lines: Line[] = [
    ...CHOICES.map((choice, index) =>
      row(index, [
        seg(fit(choice.title, LABEL_COLUMNS), "strong"),
        seg(fit(`< ${choice.value(env.settings)} >`, VALUE_COLUMNS), "key"),
        seg(choice.about, "dim"),
      ])
    ),
    EMPTY,
    [
      seg("  Keys", "heading"),
      seg('  to change one, write to tui.json: "keys": { "runs.stop": ["X"] }', "dim"),
    ],
    ...env.bindings.map((binding, index) =>
      row(CHOICES.length + index, [
        seg(fit(binding.id, ids), binding.changed ? "warn" : "text"),
        seg(
          fit(clean(binding.keys.map((key) => keySign(key, env.glyphs)).join("  ")) || "none", SIGN_COLUMNS),
          "key",
        ),
        seg(binding.changed ? "yours: " : "", "warn"),
        seg(binding.help, "dim"),
      ])
    ),
  ];
  return pane(lines.slice(model.top, model.top + height(env)), columns, rows, env.glyphs, {
    title: "Settings",
    focused: true,
    foot: line(`${model.index + 1} of ${total(env)}`, "dim"),
    scroll: { top: model.top, total: lines.length },
  });
}
