import type { Glyphs } from "../draw/glyphs.ts";

/**
 * How keys are read. `filter` and `form` send printable keys to a text field; `dialog` waits for an answer. `pick` is
 * `normal` where letters are text. Keys without `modes` belong to `normal`.
 */
export type Mode = "normal" | "pick" | "filter" | "form" | "dialog";

export function isTyping(mode: Mode): boolean {
  return mode === "filter" || mode === "form";
}

/** One row of a key table: drives the input, the footer and the help. */
export interface Key<M = unknown> {
  readonly keys: readonly string[];
  readonly action: string;
  /** Two words at most, for the footer. */
  readonly label: string;
  /** One sentence part, for the help. */
  readonly help: string;
  /** Place in the footer, lowest first; absent keys are only in the help. */
  readonly footer?: number;
  readonly modes?: readonly Mode[];
  /** Takes a count typed before it. */
  readonly counted?: boolean;
  readonly when?: (model: M) => boolean;
}

/** One row of the key registry. */
export interface Binding {
  /** The name by which the configuration file calls the action: `runs.stop`. */
  readonly id: string;
  readonly title: string;
  readonly keys: readonly string[];
  readonly help: string;
  readonly changed: boolean;
}

/** Motions mean the same everywhere. */
export const MOTION_KEYS: readonly Key[] = [
  { keys: ["j", "down"], action: "down", label: "down", help: "down (5j: five)", counted: true },
  { keys: ["k", "up"], action: "up", label: "up", help: "up", counted: true },
  { keys: ["g", "home"], action: "top", label: "top", help: "to the first", counted: true },
  {
    keys: ["G", "end"],
    action: "bottom",
    label: "end",
    help: "to the last (12G: to the twelfth)",
    counted: true,
  },
  { keys: ["ctrl+d"], action: "half_down", label: "half page", help: "half a page down", counted: true },
  { keys: ["ctrl+u"], action: "half_up", label: "half page", help: "half a page up", counted: true },
  { keys: ["pageDown", "ctrl+f"], action: "page_down", label: "page", help: "a page down", counted: true },
  { keys: ["pageUp", "ctrl+b"], action: "page_up", label: "page", help: "a page up", counted: true },
];

/** In a list that is filtered as one types. */
export const FILTER_KEYS: readonly Key[] = [
  {
    keys: ["enter"],
    action: "filter_done",
    label: "keep",
    help: "keep the filter",
    modes: ["filter"],
    footer: 1,
  },
  {
    keys: ["escape"],
    action: "filter_cancel",
    label: "clear",
    help: "clear the filter",
    modes: ["filter"],
    footer: 2,
  },
  { keys: ["down"], action: "down", label: "down", help: "down the list", modes: ["filter"] },
  { keys: ["up"], action: "up", label: "up", help: "up the list", modes: ["filter"] },
];

/** Motions where half a page reads on in the text beside the list. */
export const LIST_AND_TEXT_KEYS: readonly Key[] = [
  { keys: ["ctrl+d"], action: "half_down", label: "half page", help: "read on", counted: true },
  { keys: ["ctrl+u"], action: "half_up", label: "half page", help: "read back", counted: true },
  ...MOTION_KEYS.filter((key) => key.action !== "half_down" && key.action !== "half_up"),
];

/** One pane alone, or all; while one is alone, the footer begins with the way back. */
export function zoomKeys<M extends { readonly zoom: boolean }>(
  help: string,
  footer: number,
  when: (model: M) => boolean = () => true,
): readonly Key<M>[] {
  const zoom = { keys: ["z"], action: "zoom", help };
  return [
    { ...zoom, label: "zoom", footer, when: (model) => !model.zoom && when(model) },
    { ...zoom, label: "all panes", footer: 0, when: (model) => model.zoom && when(model) },
  ];
}

/** Where two panes have a border between them: it moves. */
export function splitKeys<M>(when: (model: M) => boolean): readonly Key<M>[] {
  return [
    {
      keys: [">"],
      action: "pane_more",
      label: "bigger",
      help: "the first pane bigger; its border can be dragged too",
      counted: true,
      when,
    },
    {
      keys: ["<"],
      action: "pane_less",
      label: "smaller",
      help: "the first pane smaller",
      counted: true,
      when,
    },
  ];
}

const KEY_SIGNS: Readonly<Record<string, string>> = {
  escape: "esc",
  space: "space",
  pageDown: "pgdn",
  pageUp: "pgup",
};

/** How a key is written in the footer and the help: `^s`, `⏎`, `esc`. */
export function keySign(key: string, glyphs: Glyphs): string {
  if (key === "enter") return glyphs.enter;
  if (key === "ctrl+enter") return `^${glyphs.enter}`;
  if (key === "up") return glyphs.up;
  if (key === "down") return glyphs.down;
  const ctrl = /^ctrl\+(.+)$/.exec(key);
  return ctrl ? `^${ctrl[1]}` : KEY_SIGNS[key] ?? key;
}
