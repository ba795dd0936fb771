import { type Run, shortRunId } from "../../core/mod.ts";
import { plural, shortStatus } from "../../present/mod.ts";
import { type Line, seg } from "../draw/line.ts";
import { clean, width } from "../terminal/text.ts";
import { type Needy, shareOfBudget } from "./attention.ts";
import type { App, AppStep } from "./model.ts";
import { withNotice } from "./notices.ts";

/** Told one by one up to here, then together. */
const TOLD_MAX = 2;

/** With what the store holds now; what is new is told, on whatever screen. */
export function withNeedy(app: App, { waiting, troubled, alerts, servers, tight }: Needy): AppStep {
  const { attention } = app;
  const knownAlerts = new Set(attention.alerts.map((it) => it.alertId));
  const newest = attention.alerts[0]?.openedAtUs ?? 0;
  const freshAlerts = alerts.filter((it) => !knownAlerts.has(it.alertId) && it.openedAtUs >= newest);
  const known = new Set([...attention.waiting, ...attention.troubled].map(nameOf));
  const next: App = {
    ...app,
    attention: { ...attention, waiting, troubled, alerts, servers, tight, isKnown: true },
  };
  const unseen = [...waiting, ...troubled.filter((run) => !attention.seen.has(run.traceId))];
  const fresh = unseen.filter((run) => !known.has(nameOf(run)) && !isInView(app, run));
  if (fresh.length + freshAlerts.length === 0 || !attention.isKnown) return [next, []];
  const runs = fresh.length > TOLD_MAX
    ? [`${plural(fresh.length, "run")} want you: ! shows the next`]
    : fresh.map((run) => `${run.agent} ${shortRunId(run.runId)} ${words(run)}: ! shows it`);
  const texts = [
    ...runs,
    ...(freshAlerts.length > TOLD_MAX
      ? [`${plural(freshAlerts.length, "alert")}: 8 shows them`]
      : freshAlerts.map((it) => `${it.rule}: ${it.text}: 8 shows it`)),
  ];
  const notices = texts.reduce(
    (before, text) => withNotice(before, "warn", text, app.nowMs),
    app.notices,
  );
  return [{ ...next, notices }, [{ type: "alert", text: clean(texts.join("; ")) }]];
}

/** The same run in another state is news. */
function nameOf(run: Run): string {
  return `${run.traceId} ${run.status}`;
}

function isInView({ active, attention }: App, run: Run): boolean {
  return active === "live" && attention.last === run.traceId;
}

function words(run: Run): string {
  if (run.status === "waiting") return "waits for your approval";
  if (run.status === "interrupted") return "was cut off";
  return run.status === "failed" ? "failed" : `was stopped: ${shortStatus(run)}`;
}

/** For the header: how many wait and how many went wrong, and the key that leads there. */
export function attentionSign({ attention, glyphs }: App): Line {
  const waiting = attention.waiting.length;
  const troubled = attention.troubled.filter((run) => !attention.seen.has(run.traceId)).length;
  if (waiting + troubled === 0) return [];
  return [
    seg(" "),
    ...(waiting > 0 ? [seg(`${glyphs.status.waiting} ${waiting} `, "waiting")] : []),
    ...(troubled > 0 ? [seg(`${glyphs.status.failed} ${troubled} `, "error")] : []),
    seg("! ", "key"),
  ];
}

/** For the header: the fullest budget and how full it is, as much as there is room for; nothing while none is tight. */
export function budgetSign({ attention: { tight } }: Pick<App, "attention">, room: number): Line {
  const [fullest] = tight;
  if (!fullest) return [];
  const share = shareOfBudget(fullest);
  const percent = share > 9.99 ? ">999%" : `${Math.floor(share * 100)}%`;
  const name = `${clean(fullest.scope)} per ${fullest.per}`;
  const more = tight.length > 1 ? ` +${tight.length - 1}` : "";
  const texts = [`budget ${percent} ${name}${more} `, `budget ${percent} `, `$${percent} `];
  const text = texts.find((it) => width(it) <= room);
  return text === undefined ? [] : [seg(text, share >= 1 ? "error" : "warn")];
}
