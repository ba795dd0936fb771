import { type Key, MOTION_KEYS } from "./screen.ts";

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
