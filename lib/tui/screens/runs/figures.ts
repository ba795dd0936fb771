import { compact, costOf, duration, grouped } from "../../../present/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { sparkline } from "../../draw/charts.ts";
import { fitParts, type Line, line, seg } from "../../draw/line.ts";
import type { RunsModel } from "./model.ts";
import type { Activity, DayActivity } from "./queries.ts";

const GAP = 3;

/** The strip on top: figures of all runs that pass the filter, or of all there are, and it says which; as many as fit. */
export function figuresLine({ activity, filterText }: RunsModel, env: Env): Line {
  const scope = filterText === "" ? "all runs" : "matching";
  if (!activity) return line("");
  if (activity.filterText !== filterText) return line(` ${scope} ${env.glyphs.ellipsis}`, "dim");
  return [seg(" "), ...fitParts(partsOf(activity, scope, env), GAP, env.size.columns - 2)];
}

function partsOf(activity: Activity, scope: string, { glyphs }: Env): readonly Line[] {
  const trend = (pick: (day: DayActivity) => number) =>
    seg(` ${sparkline(activity.days.map(pick), glyphs)}`, "accent");
  const named = (
    name: string,
    value: string,
    ...more: Line
  ): Line => [seg(`${name} `, "dim"), seg(value, "strong"), ...more];
  const { live, failed, retries, p95Ms } = activity;
  return [
    named(scope, grouped(activity.runs), trend((day) => day.runs)),
    ...(activity.damagedRuns === undefined
      ? []
      : [line(`${grouped(activity.damagedRuns)} damaged, not in these sums`, "error")]),
    named("today", grouped(activity.today)),
    ...(live > 0 ? [line(`${glyphs.status.running} ${grouped(live)} live`, "live")] : []),
    [seg("failed ", "dim"), seg(grouped(failed), failed > 0 ? "error" : "strong")],
    named("cost", costOf(activity), trend((day) => day.costUsd)),
    named("tokens", compact(activity.tokens)),
    ...(p95Ms === undefined ? [] : [named("p95", duration(p95Ms))]),
    ...(retries === 0 ? [] : [[
      seg("retries ", "dim"),
      seg(grouped(retries), "warn"),
      seg(` ${duration(activity.retryWaitMs)} lost`, "dim"),
    ]]),
  ];
}
