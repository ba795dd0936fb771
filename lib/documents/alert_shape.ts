import type { Alert, AlertDelivery, AlertRuleState } from "../core/mod.ts";
import { isoTime } from "../present/mod.ts";

/** One of `alerts log --json`, and what a webhook gets. Values are in the metric's unit: USD, tokens, a share of 1, ms, retries, a score, %. */
export function alertShape(alert: Alert) {
  const time = (us: number | undefined) => us === undefined ? null : isoTime(us);
  return {
    alertId: alert.alertId,
    rule: alert.rule,
    metric: alert.metric,
    scope: alert.scope,
    per: alert.per,
    subject: alert.subject,
    text: alert.text,
    value: alert.value,
    threshold: alert.threshold,
    runs: alert.runs,
    windowRuns: alert.windowRuns ?? null,
    runIds: alert.runIds,
    openedAt: isoTime(alert.openedAtUs),
    closedAt: time(alert.closedAtUs),
    acknowledgedAt: time(alert.acknowledgedAtUs),
    muted: alert.isMuted,
  };
}

/** What became of a message. */
export function deliveryShape({ deliveryId, channel, state, attempts, nextAtUs, error }: AlertDelivery) {
  return {
    deliveryId,
    kind: channel.kind,
    state,
    attempts,
    nextAt: state === "pending" ? isoTime(nextAtUs) : null,
    error: error ?? null,
  };
}

/** One of `alerts list --json`. */
export function alertRuleShape(rule: AlertRuleState) {
  return {
    name: rule.name,
    metric: rule.metric,
    score: rule.score ?? null,
    scope: rule.scope,
    per: rule.per,
    condition: rule.condition.kind,
    threshold: rule.condition.value,
    minRuns: rule.minSample,
    channels: rule.channels.map(({ kind, url, urlFrom, keyFrom, allow, to }) => ({
      kind,
      url: url ?? null,
      urlFrom: urlFrom ?? null,
      keyFrom: keyFrom ?? null,
      allow: allow ?? null,
      to: to ?? null,
    })),
    firing: rule.firing,
    noVerdict: rule.noVerdict ?? null,
    mutedUntil: rule.mutedUntilUs === undefined ? null : isoTime(rule.mutedUntilUs),
  };
}
