import { isLive } from "../../../core/mod.ts";
import { compact, knownCost, plural } from "../../../present/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { EMPTY, fitLine, fitParts, type Line, line, lineWidth, seg } from "../../draw/line.ts";
import { beside } from "../../draw/pane.ts";
import { troubleLines } from "../../draw/trouble.ts";
import { card, spentUsd } from "./card.ts";
import { share } from "./grid.ts";
import { type BoardModel, chosenIndex, firstInView, gridOf, HEAD_ROWS, isUp } from "./model.ts";
import { tokensPerSecond } from "./rate.ts";

export function viewBoard(model: BoardModel, env: Env): readonly Line[] {
  const { runs } = model;
  if (model.state === "failed" && runs.length === 0) {
    const keys = [["^r", "try again"], ["esc", "back"]] as const;
    return troubleLines("Cannot show the live runs", model.failure, keys, env.size, env.glyphs);
  }
  if (runs.length === 0) return nothing(model, env);
  const { columns } = env.size;
  const rows = env.size.rows - HEAD_ROWS;
  const grid = gridOf(model, env);
  const first = firstInView(model, grid);
  const chosen = chosenIndex(model);
  const body = Array.from({ length: grid.down }, (_, y) => {
    const height = share(rows, grid.down, y).size;
    const cards = Array.from({ length: grid.across }, (_, x) => {
      const width = share(columns, grid.across, x).size;
      const index = first + y * grid.across + x;
      const run = runs[index];
      if (!run) return Array.from({ length: height }, () => fitLine(EMPTY, width));
      const now = model.now.get(run.traceId);
      const samples = model.samples.get(run.traceId) ?? [];
      return card({ run, now, samples, isChosen: index === chosen }, env, width, height);
    });
    return beside(...cards);
  });
  return [summary(model, env, first, grid.across * grid.down), ...body.flat()];
}

/** Of all that are shown here together. */
function summary(model: BoardModel, env: Env, first: number, page: number): Line {
  const { runs, now } = model;
  const live = runs.filter((run) => isLive(run.status));
  const queued = runs.filter((run) => run.status === "queued").length;
  const ended = runs.filter((run) => !isUp(run)).length;
  const waiting = live.filter((run) => run.status === "waiting").length;
  const inView = runs.slice(first, first + page);
  const rate = inView.reduce(
    (sum, run) => sum + (tokensPerSecond(model.samples.get(run.traceId) ?? [], env.nowMs) ?? 0),
    0,
  );
  const usd = inView.reduce((sum, run) => sum + spentUsd(run, now.get(run.traceId)), 0);
  const unknown = inView.reduce(
    (sum, run) => sum + run.totals.unknownCostCalls + (now.get(run.traceId)?.open?.unpriced ?? 0),
    0,
  );
  const about = inView.some((run) => (now.get(run.traceId)?.open?.usd ?? 0) > 0) ? "~" : "";
  const parts: Line[] = [
    [seg(
      `${env.glyphs.status.running} ${
        model.hasMore ? `${live.length}+ live runs` : plural(live.length, "live run")
      }`,
      "live",
    )],
    ...(waiting === 0 ? [] : [[
      seg(
        `${env.glyphs.status.waiting} ${waiting === 1 ? "1 waits" : `${waiting} wait`} for you`,
        "waiting",
      ),
    ]]),
    ...(queued > 0 ? [line(`${queued} queued`, "text")] : []),
    ...(ended > 0 ? [line(`${ended} ended`, "dim")] : []),
    ...(rate > 0 ? [line(`~${compact(rate)} tokens/s`, "text")] : []),
    [
      seg(runs.length > page ? "cost of these " : "cost ", "dim"),
      seg(about + knownCost(usd, unknown), "strong"),
    ],
    ...(runs.length > page
      ? [line(`${first + 1}-${Math.min(runs.length, first + page)} of ${runs.length} shown`, "accent")]
      : []),
    ...(model.state === "failed" ? [line("cannot refresh: ^r", "error")] : []),
  ];
  return [seg(" "), ...fitParts(parts, 3, env.size.columns - 2)];
}

function nothing({ state }: BoardModel, env: Env): readonly Line[] {
  const content: readonly Line[] = state === "loading" ? [line(`Loading${env.glyphs.ellipsis}`, "dim")] : [
    line("No run is live.", "strong"),
    EMPTY,
    line("Runs show here side by side while they work.", "dim"),
    EMPTY,
    [seg("l", "key"), seg("  launch an agent", "dim")],
    [seg("1", "key"), seg("  the list of all runs", "dim")],
  ];
  const { columns, rows } = env.size;
  const wide = Math.min(columns, Math.max(...content.map(lineWidth)));
  const left = " ".repeat(Math.max(0, Math.floor((columns - wide) / 2)));
  const top = Math.max(0, Math.floor((rows - content.length) / 2) - 1);
  return [...Array.from({ length: top }, () => EMPTY), ...content.map((row): Line => [seg(left), ...row])];
}
