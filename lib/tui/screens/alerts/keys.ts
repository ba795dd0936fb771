import { type Key, MOTION_KEYS, zoomKeys } from "../../contract/keys.ts";
import { type AlertsModel, chosenAlert, chosenRule } from "./model.ts";

const onAlert = (model: AlertsModel) => chosenAlert(model) !== undefined;
const onRule = (model: AlertsModel) => chosenRule(model) !== undefined;

export const ALERTS_KEYS: readonly Key<AlertsModel>[] = [
  {
    keys: ["enter"],
    action: "open",
    label: "runs",
    help: "the runs behind the alert",
    footer: 1,
    when: onAlert,
  },
  { keys: ["enter"], action: "open", label: "log", help: "what the rule found", footer: 1, when: onRule },
  {
    keys: ["a"],
    action: "acknowledge",
    label: "ack",
    help: "acknowledge the alert: it asks for nobody any more",
    footer: 2,
    when: (model) => chosenAlert(model)?.acknowledgedAtUs === undefined && onAlert(model),
  },
  {
    keys: ["A"],
    action: "acknowledge_all",
    label: "ack all",
    help: "acknowledge all alerts",
    footer: 3,
    when: (model) => model.alerts.some((it) => it.acknowledgedAtUs === undefined),
  },
  {
    keys: ["m"],
    action: "mute",
    label: "mute",
    help: "deliver nothing of the rule for a day, or again; the log goes on",
    footer: 4,
    when: (model) => onAlert(model) || onRule(model),
  },
  {
    keys: ["tab", "]"],
    action: "tab_right",
    label: "rules",
    help: "from the log to the rules, and back",
    footer: 5,
  },
  {
    keys: ["shift+tab", "["],
    action: "tab_left",
    label: "rules",
    help: "from the log to the rules, and back",
  },
  ...zoomKeys<AlertsModel>("the list alone, or with what the chosen one is", 6),
  {
    keys: ["y"],
    action: "copy",
    label: "copy",
    help: "copy what the alert says",
    when: onAlert,
  },
  {
    keys: ["Y"],
    action: "copy_command",
    label: "command",
    help: "copy the command that shows it, or removes the rule",
    when: (model) => onAlert(model) || onRule(model),
  },
  { keys: ["ctrl+r"], action: "reload", label: "reload", help: "read it again" },
  { keys: ["escape"], action: "back", label: "back", help: "all rules again; back one level", footer: 7 },
  ...MOTION_KEYS,
];
