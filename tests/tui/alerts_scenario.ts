import { type AlertMoment, type AlertRule, nowUs, type Store } from "../../lib/core/mod.ts";
import { budgetWindows } from "../../lib/analysis/mod.ts";
import type { FakeHost } from "../support/fake_host.ts";
import { Story } from "./scenario.ts";

function ruleOf(change: Partial<AlertRule>): AlertRule {
  return {
    name: "slow",
    metric: "latency",
    scope: "all",
    per: "run",
    condition: { kind: "above", value: 30_000 },
    minSample: 1,
    channels: [],
    sinceUs: 0,
    ...change,
  };
}

export function momentOf(host: FakeHost): AlertMoment {
  return { nowUs: nowUs(host), windows: budgetWindows(host.now(), "UTC") };
}

/** A run that took so long. */
export async function slowRun(
  store: Store,
  host: FakeHost,
  agent: string,
  tookMs: number,
  status: "completed" | "failed" = "completed",
): Promise<string> {
  const story = await Story.begin(store, host, { agent });
  host.advance(tookMs);
  await story.finish(status);
  return story.run.runId;
}

/** Rules as people have them, and what they found: firing, over, acknowledged, muted. */
export async function someAlerts(store: Store, host: FakeHost): Promise<void> {
  await store.addAlertRule(
    ruleOf({ channels: [{ kind: "webhook", url: "https://example.org/hook" }, { kind: "desktop" }] }),
  );
  await store.addAlertRule(
    ruleOf({
      name: "failing",
      metric: "error_rate",
      per: "day",
      condition: { kind: "above", value: 0.2 },
      minSample: 2,
      channels: [{ kind: "slack", urlFrom: "AGENTOP_ALERT_SLACK" }],
    }),
  );
  await store.addAlertRule(
    ruleOf({
      name: "odd 翻訳",
      condition: { kind: "spike", value: 5 },
      minSample: 20,
      scope: "agent:writer",
    }),
  );
  await store.addAlertRule(ruleOf({ name: "quiet", metric: "cost", condition: { kind: "above", value: 1 } }));
  await store.muteAlertRule("quiet", nowUs(host) + 48 * 3_600_000_000);
  for (
    const [agent, tookMs, status] of [
      ["writer", 41_000, "completed"],
      ["writer", 2_000, "completed"],
      ["researcher", 63_000, "failed"],
      ["researcher", 35_000, "failed"],
      ["triage\x1b[31m", 90_000, "completed"],
    ] as const
  ) {
    await slowRun(store, host, agent, tookMs, status);
    await store.judgeAlerts(momentOf(host));
    host.advance(600_000);
  }
  const first = (await store.listAlerts()).at(-1)!;
  await store.acknowledgeAlerts(nowUs(host), [first.alertId]);
  const sent = (await store.listDeliveries([first.alertId]))[0]!;
  await store.endDelivery(sent.deliveryId, { kind: "sent" });
  const waits = (await store.listDeliveries())[1]!;
  const error = "HTTP 500";
  await store.endDelivery(waits.deliveryId, {
    kind: "wait",
    error,
    nextAtUs: nowUs(host) + 60_000_000,
    counts: true,
  });
}
