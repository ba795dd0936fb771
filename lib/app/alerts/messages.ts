import type { Alert } from "../../core/mod.ts";
import { alertShape } from "../../documents/mod.ts";
import { isoTime } from "../../present/mod.ts";

/** Slack refuses longer ones, Discord those over 2,000. */
const SLACK_MAX_CHARS = 3_000;
const DISCORD_MAX_CHARS = 1_900;
const SUBJECT_MAX_CHARS = 150;
/** Of the runs behind it: the rest is in the log. */
const RUNS_NAMED = 5;

/** What a webhook gets: as standardwebhooks.com has it. */
export function webhookBody(alert: Alert): string {
  return JSON.stringify({
    type: "alert.fired",
    timestamp: isoTime(alert.openedAtUs),
    data: alertShape(alert),
  });
}

/** Slack's own markup: what came from outside may not mention or link. */
export function slackBody(alert: Alert): string {
  const safe = (text: string) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const text = `*${safe(alert.rule)}*: ${safe(alert.text)}${safe(runsText(alert))}`;
  return JSON.stringify({ text: text.slice(0, SLACK_MAX_CHARS) });
}

/** Nobody is mentioned, whatever a name says. */
export function discordBody(alert: Alert): string {
  const safe = (text: string) => text.replace(/[\\*_~`|>[\]()#<@:-]/g, "\\$&");
  const content = `**${safe(alert.rule)}**: ${safe(alert.text)}${safe(runsText(alert))}`;
  return JSON.stringify({ content: content.slice(0, DISCORD_MAX_CHARS), allowed_mentions: { parse: [] } });
}

export function mailOf(alert: Alert): { readonly subject: string; readonly text: string } {
  const subject = `agentop: ${alert.rule}: ${alert.text}`.replace(/[\r\n]+/g, " ").slice(
    0,
    SUBJECT_MAX_CHARS,
  );
  const lines = [
    alert.text,
    "",
    `rule     ${alert.rule}`,
    `scope    ${alert.scope}, per ${alert.per}`,
    `since    ${isoTime(alert.openedAtUs)}`,
    ...alert.runIds.map((it) => `run      ${it}`),
    "",
    `agentop alerts log --rule ${alert.rule}`,
    `agentop alerts ack ${alert.alertId}`,
  ];
  return { subject, text: lines.join("\n") };
}

function runsText({ runIds }: Alert): string {
  return runIds.length === 0 ? "" : ` (run ${runIds.slice(0, RUNS_NAMED).join(", ")})`;
}
