import type { Kysely } from "kysely";
import {
  AgentOpError,
  type ExperimentCase,
  type ExperimentEnd,
  type ExperimentRecord,
  type NewCaseResult,
  roundUsd,
  type SpentTotals,
} from "../core/mod.ts";
import { isTextList, jsonIn } from "./checked.ts";
import { bytes } from "./codec.ts";
import type { Owners } from "./engine.ts";
import { experimentDigest } from "./experiment_digest.ts";
import { SPENT_COLUMNS, tokenColumns } from "./rows.ts";
import type { ExperimentRow, ResultRow, Schema, SpentColumns } from "./schema.ts";
import { type Db, run as execute } from "./statements.ts";

const EXPERIMENTS_KNOWN_MAX = 8;

/** Where results of an experiment have their places. */
interface Places {
  readonly no: number;
  readonly variants: readonly string[];
  readonly cases: ReadonlyMap<string, number>;
}

type Sums = Pick<ExperimentRow, typeof SPENT_COLUMNS[number] | "done" | "passed" | "errors">;

/** Writes experiments and their results. */
export class ExperimentWriter {
  readonly #owners: Owners;
  readonly #places = new Map<string, Places>();

  constructor(owners: Owners) {
    this.#owners = owners;
  }

  async begin(
    db: Kysely<Schema>,
    { experiment, plan }: ExperimentRecord,
    cases: readonly ExperimentCase[],
  ): Promise<void> {
    await this.#owners.hold();
    await db.transaction().execute(async (db) => {
      const { id } = await db.insertInto("experiment").values({
        experiment_id: experiment.experimentId,
        suite: experiment.suite,
        suite_hash: experiment.suiteHash,
        status: experiment.status,
        reason: experiment.reason ?? null,
        owner: this.#owners.id,
        start_us: experiment.startTimeUs,
        end_us: experiment.endTimeUs ?? null,
        variants: JSON.stringify(experiment.variants),
        cases: experiment.cases,
        repeats: experiment.repeats,
        planned: experiment.planned,
        done: experiment.done,
        passed: experiment.passed,
        errors: experiment.errors,
        ...spentColumns(experiment),
        plan: JSON.stringify(plan),
        digest: null,
      }).returning("id").executeTakeFirstOrThrow();
      for (const [position, { caseId, hash }] of cases.entries()) {
        const row = { experiment_no: id, position, case_id: caseId, hash: bytes(hash) };
        await execute(
          db,
          "insert case",
          Object.values(row),
          () => db.insertInto("eval_case").values(row),
        );
      }
    });
  }

  /** Throws `AgentOpError` for one that is complete, or that a live process works on. */
  async continue(db: Kysely<Schema>, experimentId: string): Promise<void> {
    await this.#owners.hold();
    const row = await db.selectFrom("experiment").select(["id", "status", "owner"])
      .where("experiment_id", "=", experimentId).executeTakeFirst();
    const refuse = (reason: string, remedy: string): never => {
      throw new AgentOpError(`Cannot go on with experiment ${experimentId}: ${reason}`, { remedy });
    };
    if (!row) return refuse("it is not in the store", "agentop experiments");
    if (row.status === "completed") return refuse("it is complete", `agentop experiments ${experimentId}`);
    const { owner } = row;
    const busy = () => refuse("another process is working on it", `agentop experiments ${experimentId}`);
    if (owner !== null && owner !== this.#owners.id && await this.#owners.isAlive(owner)) return busy();
    const { numUpdatedRows } = await db.updateTable("experiment")
      .set({ owner: this.#owners.id, status: "running", reason: null, end_us: null, digest: null })
      .where("id", "=", row.id).where("owner", owner === null ? "is" : "=", owner)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows !== 1n) busy();
  }

  async end(
    db: Kysely<Schema>,
    experimentId: string,
    end: ExperimentEnd,
  ): Promise<void> {
    this.#places.delete(experimentId);
    await db.transaction().execute(async (db) => {
      const row = await db.updateTable("experiment")
        .set({ owner: null, status: end.status, reason: end.reason ?? null, end_us: end.atUs })
        .where("experiment_id", "=", experimentId).returning("id").executeTakeFirst();
      if (!row) return;
      const digest = await experimentDigest(db, row.id) ?? null;
      await db.updateTable("experiment").set({ digest }).where("id", "=", row.id).execute();
    });
  }

  /** In the caller's transaction, in which their scores are written too. */
  async saveResults(db: Db, experimentId: string, results: readonly NewCaseResult[]): Promise<void> {
    const places = this.#places.get(experimentId) ?? await this.#load(db, experimentId);
    const sums = nothing();
    for (const result of results) await this.#save(db, places, result, sums);
    await execute(
      db,
      "add to experiment",
      [...Object.values(sums), places.no],
      () =>
        db.updateTable("experiment").set((eb) => ({
          ...Object.fromEntries(
            Object.entries(sums).map(([column, value]) => [column, eb(column as keyof Sums, "+", value)]),
          ),
          digest: eb.lit(null),
        })).where("id", "=", places.no),
    );
  }

  async #save(db: Db, places: Places, result: NewCaseResult, sums: Sums): Promise<void> {
    const key = {
      experiment_no: places.no,
      variant: places.variants.indexOf(result.variant),
      case_position: places.cases.get(result.caseId) ?? -1,
      repeat: result.repeat,
    };
    if (key.variant < 0 || key.case_position < 0) {
      throw new RangeError(`Cannot keep a result: no case ${result.caseId} of ${result.variant} is planned`);
    }
    const { rows: [earlier] } = await execute<ResultRow>(
      db,
      "select result",
      Object.values(key),
      () =>
        db.selectFrom("eval_result").selectAll().where("experiment_no", "=", key.experiment_no)
          .where("variant", "=", key.variant).where("case_position", "=", key.case_position)
          .where("repeat", "=", key.repeat),
    );
    if (earlier) add(sums, earlier, -1);
    const isError = result.status !== "completed" || result.evaluations.some((it) => it.error !== undefined);
    const row = {
      ...key,
      trace_id: bytes(result.traceId),
      passed: Number(!isError && result.evaluations.every((it) => it.passed === true)),
      is_error: Number(isError),
      duration_ms: result.durationMs,
      ...spentColumns(result.spent),
    };
    add(sums, row, 1);
    const columns = Object.keys(row);
    await execute(db, "insert result", Object.values(row), () => ({
      compile: () => ({
        sql: `insert or replace into eval_result (${
          columns.map((it) => it === "trace_id" ? "run_no" : it).join(", ")
        }) values (${
          columns.map((it) => it === "trace_id" ? "(select id from run where trace_id = ?)" : "?").join(", ")
        })`,
      }),
    }));
  }

  async #load(db: Db, experimentId: string): Promise<Places> {
    const row = await db.selectFrom("experiment").select(["id", "variants"])
      .where("experiment_id", "=", experimentId).executeTakeFirst();
    if (!row) throw new RangeError(`Cannot keep results: there is no experiment ${experimentId}`);
    const cases = await db.selectFrom("eval_case").select(["position", "case_id"])
      .where("experiment_no", "=", row.id).execute();
    const places: Places = {
      no: row.id,
      variants: jsonIn<string[]>("the variants of an experiment", row.variants, isTextList),
      cases: new Map(cases.map((it) => [it.case_id, it.position])),
    };
    if (this.#places.size >= EXPERIMENTS_KNOWN_MAX) this.#places.clear();
    this.#places.set(experimentId, places);
    return places;
  }
}

function nothing(): Sums {
  return {
    done: 0,
    passed: 0,
    errors: 0,
    ...Object.fromEntries(SPENT_COLUMNS.map((column) => [column, 0])) as Pick<
      Sums,
      typeof SPENT_COLUMNS[number]
    >,
  };
}

function add(
  sums: Sums,
  row: Pick<ResultRow, typeof SPENT_COLUMNS[number] | "passed" | "is_error">,
  sign: 1 | -1,
): void {
  sums.done += sign;
  sums.passed += sign * row.passed;
  sums.errors += sign * row.is_error;
  for (const column of SPENT_COLUMNS) sums[column] += sign * row[column];
}

function spentColumns(spent: SpentTotals): SpentColumns {
  return {
    ...tokenColumns(spent.usage),
    cost_usd: roundUsd(spent.costUsd),
    unknown_cost_calls: spent.unknownCostCalls,
    estimated_cost_usd: spent.estimatedCostUsd ?? 0,
  };
}
