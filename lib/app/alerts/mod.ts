/**
 * Being told: rules, what looks at runs as they end, and what delivers what rules find.
 *
 * @module
 */
export {
  acknowledgeAlerts,
  addAlertRule,
  type AlertOrder,
  alertRules,
  allowAlertRule,
  muteAlertRule,
  removeAlertRule,
} from "./rules.ts";
export { readThreshold } from "./threshold.ts";
