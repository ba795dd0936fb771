import { DatabaseSync } from "node:sqlite";
import {
  type BudgetPeriod,
  type BudgetWindows,
  isRateLimit,
  type RateLimit,
  tryParseJson,
} from "../../core/mod.ts";
import { sideFolder } from "./location.ts";

/** Somebody's prompt waits for it: rather nothing than a wait for a lock. */
const BUSY_TIMEOUT_MS = 20;
/** What was left of a limit longer ago says nothing of now. */
const SAID_MAX_US = 60_000_000;
const OWNER = /^[0-9a-f]{32}$/;

/** How a store stands, in figures that fit into one line. */
export interface StoreStanding {
  /** Known costs of today's calls, USD. */
  readonly costUsd: number;
  /** Calls of today whose cost is unknown, and not in the sum. */
  readonly unknownCostCalls: number;
  /** Runs that a living process works on; those that wait for an approval among them. */
  readonly live: number;
  readonly waiting: number;
  readonly budgets: readonly {
    readonly scope: string;
    readonly per: Exclude<BudgetPeriod, "run">;
    readonly limitUsd: number;
    /** Spent and set aside, as far as it is kept: absent before the first call of the period. */
    readonly usedUsd?: number;
  }[];
  /** What servers said within the last minute was left of their limits. */
  readonly limits: readonly RateLimit[];
}

/**
 * A look into a store for a status line: opened for reading, never made or migrated, no query builder, nothing inflated. Throws
 * what SQLite throws, also for a store of another version.
 */
export function storeStanding(path: string, windows: BudgetWindows, nowUs: number): StoreStanding {
  using sqlite = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  const { from, to } = windows.day;
  const cost = sqlite.prepare(
    `select coalesce(sum(cost_usd), 0.0) as usd, coalesce(sum(unknown_cost_calls), 0) as unknown from run_usage
     where quarter >= ? and quarter < ?`,
  ).get(from, to)!;
  const runs = sqlite.prepare(
    "select status, owner from run where status in ('running', 'waiting', 'paused')",
  )
    .all();
  const alive = new Map<string, boolean>();
  const atWork = runs.filter(({ owner }) => {
    const id = String(owner);
    if (!alive.has(id)) alive.set(id, isAlive(path, id));
    return alive.get(id);
  });
  return {
    costUsd: Number(cost["usd"]),
    unknownCostCalls: Number(cost["unknown"]),
    live: atWork.length,
    waiting: atWork.filter(({ status }) => status === "waiting").length,
    budgets: budgetsOf(sqlite, windows),
    limits: limitsOf(sqlite, nowUs),
  };
}

function budgetsOf(sqlite: DatabaseSync, windows: BudgetWindows): StoreStanding["budgets"] {
  const spent = sqlite.prepare(
    "select spent_usd as usd from budget_spend where scope = ? and per = ? and from_quarter = ? and to_quarter = ?",
  );
  const held = sqlite.prepare(
    `select coalesce(sum(usd), 0.0) as usd from budget_hold join run on run.id = budget_hold.run_no
     where ? in ('all', 'model:' || budget_hold.model, 'agent:' || run.agent, 'user:' || run.user_id, 'group:' || run.group_id)`,
  );
  return sqlite.prepare("select scope, per, limit_usd from budget where per in ('day', 'week', 'month')")
    .all()
    .map((row) => {
      const scope = String(row["scope"]);
      const per = String(row["per"]) as keyof BudgetWindows;
      const { from, to } = windows[per];
      const kept = spent.get(scope, per, from, to);
      return {
        scope,
        per,
        limitUsd: Number(row["limit_usd"]),
        ...(kept ? { usedUsd: Number(kept["usd"]) + Number(held.get(scope)!["usd"]) } : {}),
      };
    });
}

function limitsOf(sqlite: DatabaseSync, nowUs: number): readonly RateLimit[] {
  const rows = sqlite.prepare("select limits from endpoint where noted_us between ? and ?")
    .all(nowUs - SAID_MAX_US, nowUs);
  return rows.flatMap(({ limits }) => {
    const list = tryParseJson(String(limits));
    return Array.isArray(list) ? list.filter(isRateLimit) : [];
  });
}

/** Asked without a trace: the lock on the file is that of the process, and goes with it. */
function isAlive(path: string, owner: string): boolean {
  if (!OWNER.test(owner)) return false;
  try {
    using file = Deno.openSync(`${sideFolder(path)}/owners/${owner}`, { write: true });
    return !file.tryLockSync(true);
  } catch {
    return false;
  }
}
