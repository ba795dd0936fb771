import { type Expression, sql, type SqlBool } from "kysely";
import {
  type Budget,
  BUDGET_WARNINGS,
  type BudgetPeriod,
  type BudgetState,
  type BudgetWindows,
  type QuarterSpan,
  roundUsd,
  type SpendAnswer,
  type SpendClaim,
} from "../core/mod.ts";
import { forgetMarks, noteMark } from "./alerts/budget_alerts.ts";
import { bytes, hex } from "./codec.ts";
import { type Db, run as execute } from "./statements.ts";

/** Rounding of sums of binary fractions, USD: far below what any call costs. */
const NOISE_USD = 1e-9;

/** What of a run decides which budgets it falls under. */
interface ClaimingRun {
  readonly id: number;
  readonly run_id: string;
  readonly agent: string;
  readonly user_id: string;
  readonly group_id: string | null;
}

export async function saveBudget(db: Db, { scope, per, limitUsd }: Budget, nowUs: number): Promise<void> {
  await db.insertInto("budget").values({ scope, per, limit_usd: limitUsd })
    .onConflict((conflict) => conflict.columns(["scope", "per"]).doUpdateSet({ limit_usd: limitUsd }))
    .execute();
  // Its parts are told of anew.
  await db.updateTable("budget_spend").set({ told: 0 }).where("scope", "=", scope).where("per", "=", per)
    .execute();
  await forgetMarks(db, scope, per, nowUs);
}

export async function removeBudget(
  db: Db,
  scope: string,
  per: BudgetPeriod,
  nowUs: number,
): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom("budget").where("scope", "=", scope).where("per", "=", per)
    .executeTakeFirst();
  await db.deleteFrom("budget_spend").where("scope", "=", scope).where("per", "=", per).execute();
  await forgetMarks(db, scope, per, nowUs);
  return numDeletedRows > 0n;
}

export async function listBudgets(
  db: Db,
  windows: BudgetWindows,
  modelNames: Readonly<Record<string, readonly string[]>> = {},
): Promise<readonly BudgetState[]> {
  const states: BudgetState[] = [];
  for (const budget of await budgetsOf(db)) {
    const window = windowOf(budget.per, windows);
    const [kind, name] = partsOf(budget.scope);
    const known = kind === "model" && Object.hasOwn(modelNames, name) ? modelNames[name]! : [];
    const scopes = sameScopes(budget.scope, known);
    let spentUsd = 0;
    for (const scope of window ? scopes : []) {
      spentUsd += (await spendRow(db, { ...budget, scope }, window!)).spent_usd;
    }
    states.push({
      ...budget,
      spentUsd: roundUsd(spentUsd),
      reservedUsd: window ? await heldUsd(db, scopes) : 0,
      ...(window ? { window } : {}),
    });
  }
  return states;
}

export async function isBudgeted(db: Db): Promise<boolean> {
  const { rows } = await execute<{ scope: string }>(
    db,
    "select any budget",
    [],
    () => db.selectFrom("budget").select("scope").limit(sql.lit(1)),
  );
  return rows.length > 0;
}

/** Sets the claim aside, or says which budget it would pass. Inside a transaction that nobody writes beside. */
export async function reserveSpend(db: Db, claim: SpendClaim): Promise<SpendAnswer> {
  const trace = bytes(claim.traceId);
  const { rows: [run] } = await execute<ClaimingRun>(
    db,
    "select claiming run",
    [trace],
    () =>
      db.selectFrom("run").select(["id", "run_id", "agent", "user_id", "group_id"]).where(
        "trace_id",
        "=",
        trace,
      ),
  );
  if (!run) throw new RangeError(`Cannot reserve money for run "${claim.traceId}": it was never started`);
  const all = [...await budgetsOf(db), ...(claim.also ?? [])];
  const names = [claim.model, ...claim.modelNames ?? []];
  const scopes = new Set(scopesOf(run, names));
  const above = all.some(({ per }) => per === "run") ? await runsAbove(db, run.run_id) : [];
  const scopesOfRun = scopes.union(new Set(above.flatMap((it) => scopesOf(it, names))));
  const budgets = all.filter(({ scope, per }) => (per === "run" ? scopesOfRun : scopes).has(scope));
  if (budgets.length === 0) return { reached: [] };
  const states: HeldState[] = [];
  for (const budget of budgets) {
    const held = await stateFor(db, budget, run, claim);
    const wanted = held.state.spentUsd + held.state.reservedUsd + (claim.usd ?? 0);
    if (claim.usd === null || wanted > budget.limitUsd + NOISE_USD) {
      return { refusedBy: held.state, reached: [] };
    }
    states.push(held);
  }
  await hold(db, claim, claim.usd!, run.id);
  const reached = [];
  for (const held of states) {
    const percent = await reachedNow(db, held, claim.usd!);
    if (percent === undefined) continue;
    const budget = { ...held.state, reservedUsd: roundUsd(held.state.reservedUsd + claim.usd!) }; // this call's too
    reached.push({ budget, percent });
    await noteMark(db, budget, percent, run.id);
  }
  return { reached };
}

/** How a budget stands, and which part of it was told of. */
interface HeldState {
  readonly state: BudgetState;
  readonly told: number;
}

/** The call has ended, or the whole run: what was set aside is free. */
export async function releaseSpend(db: Db, traceId: string, spanId?: string): Promise<void> {
  const key = [bytes(traceId), ...(spanId === undefined ? [] : [bytes(spanId)])] as const;
  await execute(
    db,
    spanId === undefined ? "delete holds" : "delete hold",
    key,
    () => {
      const ofRun = db.deleteFrom("budget_hold").where("trace_id", "=", key[0]);
      return key[1] === undefined ? ofRun : ofRun.where("span_id", "=", key[1]);
    },
  );
}

/** What is set aside for the calls of a run, USD by span. */
export async function holdsOf(db: Db, traceId: string): Promise<ReadonlyMap<string, number>> {
  const rows = await db.selectFrom("budget_hold").select(["span_id", "usd"])
    .where("trace_id", "=", bytes(traceId)).execute();
  return new Map(rows.map(({ span_id, usd }) => [hex(span_id), usd]));
}

function scopesOf({ agent, user_id, group_id }: ClaimingRun, models: readonly string[]): readonly string[] {
  return [
    "all",
    `agent:${agent}`,
    `user:${user_id}`,
    ...models.map((model) => `model:${model}`),
    ...(group_id === null ? [] : [`group:${group_id}`]),
  ];
}

/** What counts under a budget: of a model its other names, too. Its own scope is the first. */
function sameScopes(scope: string, modelNames: readonly string[]): readonly string[] {
  return scope.startsWith("model:")
    ? [...new Set([scope, ...modelNames.map((model) => `model:${model}`)])]
    : [scope];
}

async function budgetsOf(db: Db): Promise<readonly Budget[]> {
  const { rows } = await execute<{ scope: string; per: string; limit_usd: number }>(
    db,
    "select budgets",
    [],
    () => db.selectFrom("budget").selectAll().orderBy("scope").orderBy("per"),
  );
  return rows.map(({ scope, per, limit_usd }) => ({ scope, per: per as BudgetPeriod, limitUsd: limit_usd }));
}

async function stateFor(db: Db, budget: Budget, run: ClaimingRun, claim: SpendClaim): Promise<HeldState> {
  const window = windowOf(budget.per, claim.windows);
  const scopes = sameScopes(budget.scope, [claim.model, ...claim.modelNames ?? []]);
  if (!window) {
    const tree = await treeOf(db, run.run_id);
    const spentUsd = roundUsd(await spentByTree(db, scopes, tree));
    const reservedUsd = await heldUsd(db, scopes, claim, tree);
    return { state: { ...budget, spentUsd, reservedUsd }, told: 0 };
  }
  let [spentUsd, told] = [0, 0];
  for (const scope of scopes) {
    const part = { ...budget, scope };
    const row = await spendRow(db, part, window);
    if (!row.isKept) await keepSpend(db, part, window, row.spent_usd);
    spentUsd += row.spent_usd;
    if (scope === budget.scope) told = row.told;
  }
  const reservedUsd = await heldUsd(db, scopes, claim);
  return { state: { ...budget, spentUsd: roundUsd(spentUsd), reservedUsd, window }, told };
}

function windowOf(per: BudgetPeriod, windows: BudgetWindows): QuarterSpan | undefined {
  return per === "run" ? undefined : windows[per];
}

/** What is spent in a window: as it is kept, or added up for the first time. */
async function spendRow(db: Db, { scope, per }: Budget, { from, to }: QuarterSpan) {
  const { rows: [kept] } = await execute<{ spent_usd: number; told: number }>(
    db,
    "select budget spend",
    [scope, per, from, to],
    () =>
      db.selectFrom("budget_spend").select(["spent_usd", "told"]).where("scope", "=", scope)
        .where("per", "=", per).where("from_quarter", "=", from).where("to_quarter", "=", to),
  );
  if (kept) return { ...kept, isKept: true };
  const { spent_usd } = await db.selectFrom("run_usage").innerJoin("run", "run.id", "run_usage.run_no")
    .select(SPENT).where("run_usage.quarter", ">=", from).where("run_usage.quarter", "<", to)
    .where("run.origin", "in", ["agent", "proxy"]).where(isIn(scope)).executeTakeFirstOrThrow();
  return { spent_usd, told: 0, isKept: false };
}

const SPENT = sql<number>`coalesce(sum(run_usage.cost_usd + run_usage.estimated_cost_usd), 0.0)`.as(
  "spent_usd",
);

/** From now on the rows of `run_usage` keep it up to date. What came before this window is not needed any more. */
async function keepSpend(
  db: Db,
  { scope, per }: Budget,
  { from, to }: QuarterSpan,
  spentUsd: number,
): Promise<void> {
  await db.deleteFrom("budget_spend").where("scope", "=", scope).where("per", "=", per).execute();
  await db.insertInto("budget_spend")
    .values({ scope, per, from_quarter: from, to_quarter: to, spent_usd: spentUsd, told: 0 }).execute();
}

/** The usage of a run falls under this scope; the tables are `run` and `run_usage`. */
function isIn(scope: string): Expression<SqlBool> {
  return isInScope(scope, sql`run_usage.model`);
}

/** A row of `run` falls under this scope, with this as its model. */
export function isInScope(scope: string, model: Expression<unknown>): Expression<SqlBool> {
  const [kind, name] = partsOf(scope);
  switch (kind) {
    case "agent":
      return sql`run.agent = ${name}`;
    case "user":
      return sql`run.user_id = ${name}`;
    case "group":
      return sql`run.group_id = ${name}`;
    case "model":
      return sql`${model} = ${name}`;
  }
  return sql`1 = 1`;
}

function partsOf(scope: string): readonly [kind: string, name: string] {
  const colon = scope.indexOf(":");
  return colon < 0 ? [scope, ""] : [scope.slice(0, colon), scope.slice(colon + 1)];
}

/** Set aside under scopes that are one for calls under way, the claim's own call left out; with `tree` for all that those runs do. */
async function heldUsd(
  db: Db,
  scopes: readonly string[],
  claim?: SpendClaim,
  tree?: readonly number[],
): Promise<number> {
  const scope = scopes[0]!;
  const [kind, ownName] = partsOf(scope);
  const name = kind === "model" ? namesIn(scopes) : ownName;
  const ofRun = kind !== "all" && kind !== "model" && !tree;
  const own = claim ? [bytes(claim.traceId), bytes(claim.spanId)] as const : undefined;
  const among = tree && JSON.stringify(tree);
  const { rows } = await execute<{ usd: number }>(
    db,
    `select held ${kind} ${own ? "others" : "all"} ${among === undefined ? "" : "tree"}`,
    [...(kind === "model" || ofRun ? [name] : []), ...(among === undefined ? [] : [among]), ...(own ?? [])],
    () => {
      let query = db.selectFrom("budget_hold").innerJoin("run", "run.id", "budget_hold.run_no").select(
        sql<number>`coalesce(sum(budget_hold.usd), 0.0)`.as("usd"),
      );
      if (kind === "model") {
        query = query.where(sql<SqlBool>`budget_hold.model in (select value from json_each(${name}))`);
      }
      if (ofRun) query = query.where(isIn(scope));
      if (among !== undefined) {
        query = query.where(sql<SqlBool>`budget_hold.run_no in (select value from json_each(${among}))`);
      }
      if (own) {
        query = query.where(
          sql<SqlBool>`(budget_hold.trace_id != ${own[0]} or budget_hold.span_id != ${own[1]})`,
        );
      }
      return query;
    },
  );
  return roundUsd(rows[0]!.usd);
}

/** Whoever handed work on to a run, and it itself: all of them answer for what it spends. */
async function runsAbove(db: Db, runId: string): Promise<readonly ClaimingRun[]> {
  const { rows } = await sql<ClaimingRun>`
    with recursive above (run_id, parent_run_id) as (
      select run_id, parent_run_id from run where run_id = ${runId}
      union select run.run_id, run.parent_run_id from above join run on run.run_id = above.parent_run_id
    ) select run.id, run.run_id, run.agent, run.user_id, run.group_id from run join above on above.run_id = run.run_id`
    .execute(db);
  return rows;
}

/** A run, the one that a person started above it, and all below that. `union` ends what a damaged store made a circle. */
async function treeOf(db: Db, runId: string): Promise<readonly number[]> {
  const { rows } = await sql<{ id: number }>`
    with recursive above (run_id, parent_run_id) as (
      select run_id, parent_run_id from run where run_id = ${runId}
      union select run.run_id, run.parent_run_id from above join run on run.run_id = above.parent_run_id
    ), tree (run_id) as (
      select run_id from above union select run.run_id from tree join run on run.parent_run_id = tree.run_id
    ) select id from run join tree on tree.run_id = run.run_id`.execute(db);
  return rows.map(({ id }) => id);
}

/** The models of scopes, as JSON. */
const namesIn = (scopes: readonly string[]) => JSON.stringify(scopes.map((it) => partsOf(it)[1]));

async function spentByTree(db: Db, scopes: readonly string[], tree: readonly number[]): Promise<number> {
  const [kind] = partsOf(scopes[0]!);
  let query = db.selectFrom("run_usage").select(SPENT).where("run_no", "in", tree);
  if (kind === "model") {
    query = query.where(sql<SqlBool>`model in (select value from json_each(${namesIn(scopes)}))`);
  }
  return (await query.executeTakeFirstOrThrow()).spent_usd;
}

async function hold(
  db: Db,
  { traceId, spanId, model }: SpendClaim,
  usd: number,
  runNo: number,
): Promise<void> {
  const row = { trace_id: bytes(traceId), span_id: bytes(spanId), run_no: runNo, model, usd };
  await execute(
    db,
    "insert hold",
    [...Object.values(row), model, usd],
    () =>
      db.insertInto("budget_hold").values(row).onConflict((conflict) =>
        conflict.columns(["trace_id", "span_id"]).doUpdateSet({ model, usd })
      ),
  );
}

/** The highest part of a budget that is reached with this call and was not told of in its window. */
async function reachedNow(db: Db, { state, told }: HeldState, usd: number): Promise<number | undefined> {
  const { scope, per, limitUsd, spentUsd, reservedUsd, window } = state;
  if (!window) return undefined;
  const part = 100 * (spentUsd + reservedUsd + usd) / limitUsd;
  const percent = BUDGET_WARNINGS.findLast((it) => part + NOISE_USD >= it);
  if (percent === undefined || percent <= told) return undefined;
  const { numUpdatedRows } = await db.updateTable("budget_spend").set({ told: percent })
    .where("scope", "=", scope).where("per", "=", per).where("from_quarter", "=", window.from)
    .where("told", "<", percent).executeTakeFirst();
  return numUpdatedRows > 0n ? percent : undefined;
}
