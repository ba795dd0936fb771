import { type Key, MOTION_KEYS, zoomKeys } from "../../contract/keys.ts";
import { type CostsModel, selectedKey } from "./model.ts";

const filled = (model: CostsModel) => selectedKey(model) !== undefined;

export const COSTS_KEYS: readonly Key<CostsModel>[] = [
  {
    keys: ["enter"],
    action: "open",
    label: "runs",
    help: "the runs behind the row; of a list, its run",
    footer: 1,
    when: filled,
  },
  { keys: ["tab", "]"], action: "tab_right", label: "by", help: "add up by the next key", footer: 2 },
  { keys: ["shift+tab", "["], action: "tab_left", label: "by", help: "add up by the previous key" },
  { keys: ["t"], action: "since", label: "time", help: "next span of time: 24h, 7d, 30d, all", footer: 3 },
  { keys: ["T"], action: "since_back", label: "time", help: "previous span of time" },
  {
    keys: ["m"],
    action: "what_if",
    label: "what if",
    help: "what the same tokens would cost with another model's prices",
    footer: 4,
  },
  {
    keys: ["b"],
    action: "budget",
    label: "budget",
    help: "set what all runs together, or those of the row, may spend",
    footer: 4,
  },
  ...zoomKeys<CostsModel>("the table alone, or with its charts", 5),
  {
    keys: ["y"],
    action: "copy",
    label: "copy",
    help: "copy the table, columns apart by tabs",
    footer: 6,
    when: filled,
  },
  {
    keys: ["w"],
    action: "notebook",
    label: "notebook",
    help: "add the table to a notebook",
    footer: 7,
    when: filled,
  },
  { keys: ["ctrl+r"], action: "reload", label: "reload", help: "add up again" },
  { keys: ["escape"], action: "back", label: "back", help: "end what-if; back one level", footer: 8 },
  ...MOTION_KEYS,
  {
    keys: ["enter"],
    action: "choose",
    label: "use",
    help: "use this model's prices, or set the budget",
    modes: ["filter"],
    footer: 1,
  },
  {
    keys: ["escape"],
    action: "cancel",
    label: "cancel",
    help: "leave the prices, or the budgets, as they are",
    modes: ["filter"],
    footer: 2,
  },
  { keys: ["down"], action: "down", label: "down", help: "down the models", modes: ["filter"] },
  { keys: ["up"], action: "up", label: "up", help: "up the models", modes: ["filter"] },
];
