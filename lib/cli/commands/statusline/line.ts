import { budgetWindows } from "../../../analysis/mod.ts";
import type { AppConfig } from "../../../app/mod.ts";
import { AgentOpError, type Host, limitName, nowUs, reasonOf } from "../../../core/mod.ts";
import { cell, knownCost } from "../../../present/mod.ts";
import { type StoreStanding, storeStanding } from "../../../store/mod.ts";

/** Where to look, and whose days are meant. */
export interface Lookout {
  readonly config: Pick<AppConfig, "storePath">;
  readonly host: Host;
  readonly timeZone: string;
}

/** How the store stands, in one line. Throws `AgentOpError`. */
export async function statusLine(from: Lookout): Promise<string> {
  const standing = await standingOf(from);
  return standing ? lineOf(standing) : "no runs yet";
}

/** Nothing where there is no store yet. Throws `AgentOpError`. */
export async function standingOf({ config, host, timeZone }: Lookout): Promise<StoreStanding | undefined> {
  try {
    Deno.statSync(config.storePath);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    return await storeStanding(config.storePath, budgetWindows(host.now(), timeZone), nowUs(host));
  } catch (cause) {
    throw new AgentOpError(`Cannot look into the store ${config.storePath}: ${reasonOf(cause)}`, {
      remedy: "agentop doctor",
      cause,
    });
  }
}

/** `12 % of tokens per minute left`, where that is less than half. */
function scarcest(limits: StoreStanding["limits"]): readonly string[] {
  const [least] = limits.flatMap((it) =>
    it.limit && it.remaining !== undefined ? [{ name: limitName(it), left: it.remaining / it.limit }] : []
  ).filter(({ left }) => left < 0.5).sort((a, b) => a.left - b.left);
  return least ? [`${Math.floor(100 * least.left)} % of ${least.name} left`] : [];
}

/** `$1.24 today · 2 live · 1 waiting · 80 % of $5.00 per day`: the budget of which most is used. */
function lineOf({ costUsd, unknownCostCalls, live, waiting, budgets, limits }: StoreStanding): string {
  const [tightest] = budgets.flatMap((
    { usedUsd = 0, ...budget },
  ) => [{ ...budget, part: usedUsd / budget.limitUsd }])
    .sort((a, b) => b.part - a.part);
  return [
    `${knownCost(costUsd, unknownCostCalls)} today`,
    ...(live > 0 ? [`${live} live`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    ...(tightest
      ? [
        `${Math.floor(100 * tightest.part)} % of ${knownCost(tightest.limitUsd)} per ${tightest.per}${
          tightest.scope === "all" ? "" : ` ${cell(tightest.scope)}`
        }`,
      ]
      : []),
    ...scarcest(limits),
  ].join(" · ");
}
