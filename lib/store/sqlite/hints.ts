import { DatabaseSync } from "node:sqlite";
import { RUN_STATUSES, type RunStatus, tryParseJson } from "../../core/mod.ts";
import { decodeBody } from "../codec.ts";

/** What a person recognises a run by. */
export interface RunHint {
  readonly runId: string;
  readonly agent: string;
  readonly status: RunStatus;
  readonly startTimeUs: number;
  /** Its beginning. */
  readonly prompt: string;
}

/** What a person recognises an experiment by. */
export interface ExperimentHint {
  readonly experimentId: string;
  readonly suite: string;
  readonly status: string;
  readonly startTimeUs: number;
  readonly variants: readonly string[];
}

const COLUMNS = { agent: "agent", group: "group_id", model: "model", user: "user_id" } as const;
/** What runs have in common, and many of them alike. */
export type SharedValue = keyof typeof COLUMNS;

/** Values are those of the newest runs. */
const RUNS_LOOKED_AT_MAX = 5_000;
const PROMPT_MAX_CHARS = 200;
const PROMPT_READ_MAX_BYTES = 64 * 1024;
/** Somebody waits for the next key: rather nothing than a wait for a lock. */
const BUSY_TIMEOUT_MS = 100;
/** A part of a run id; everything else would be a pattern. */
const ID_PART = /^[0-9a-f-]{0,36}$/;
/** What stands before the eight digits that lists show. */
const BEFORE_SHORT_ID = "_".repeat(28);

/**
 * A look into a store for what to offer while somebody types. The file is opened for reading, never made or migrated, and no
 * query builder is loaded. Methods throw what SQLite throws: a store of another version may lack a column.
 */
export class StoreHints implements Disposable {
  readonly #sqlite: DatabaseSync;

  /** Throws when there is no store at `path`. */
  constructor(path: string) {
    this.#sqlite = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  }

  /** Names of alert rules. */
  alertRules(): readonly string[] {
    return this.#sqlite.prepare("select name from alert_rule order by name limit 100").all()
      .map(({ name }) => String(name));
  }

  /** Runs whose id, or the short form of it, begins with `begin`; newest first. */
  runs(
    begin: string,
    options: { readonly limit: number; readonly status?: readonly RunStatus[] },
  ): readonly RunHint[] {
    if (!ID_PART.test(begin)) return [];
    const status = options.status ?? RUN_STATUSES;
    const rows = this.#sqlite.prepare(
      `select run_id, agent, status, start_us, prompt, encoding, data from run
       left join body on body.id = prompt_body and body.length <= ${PROMPT_READ_MAX_BYTES}
       where (run_id like ? or run_id like ?) and status in (${status.map(() => "?").join(", ")})
       order by start_us desc, run.id desc limit ?`,
    ).all(`${begin}%`, `${BEFORE_SHORT_ID}${begin}%`, ...status, options.limit);
    return rows.map((row) => ({
      runId: String(row["run_id"]),
      agent: String(row["agent"]),
      status: row["status"] as RunStatus,
      startTimeUs: Number(row["start_us"]),
      prompt: promptOf(row),
    }));
  }

  /** Experiments whose id, or the short form of it, begins with `begin`; newest first. */
  experiments(begin: string, { limit }: { readonly limit: number }): readonly ExperimentHint[] {
    if (!ID_PART.test(begin)) return [];
    const rows = this.#sqlite.prepare(
      `select experiment_id, suite, status, start_us, variants from experiment
       where experiment_id like ? or experiment_id like ? order by start_us desc, id desc limit ?`,
    ).all(`${begin}%`, `${BEFORE_SHORT_ID}${begin}%`, limit);
    return rows.map((row) => {
      const variants = tryParseJson(String(row["variants"]));
      return {
        experimentId: String(row["experiment_id"]),
        suite: String(row["suite"]),
        status: String(row["status"]),
        startTimeUs: Number(row["start_us"]),
        variants: Array.isArray(variants) ? variants.filter((it) => typeof it === "string") : [],
      };
    });
  }

  /** Suites that were run, those of the newest experiments first. */
  suites(): readonly string[] {
    const rows = this.#sqlite.prepare(
      "select suite from experiment group by suite order by max(start_us) desc limit ?",
    ).all(RUNS_LOOKED_AT_MAX);
    return rows.map((row) => String(row["suite"]));
  }

  /** What the newest runs have there; the newest first. */
  values(of: SharedValue): readonly string[] {
    const rows = this.#sqlite.prepare(
      `select value from (select ${COLUMNS[of]} as value, start_us from run order by start_us desc limit ?)
       where value is not null group by value order by max(start_us) desc`,
    ).all(RUNS_LOOKED_AT_MAX);
    return rows.map((row) => String(row["value"]));
  }

  [Symbol.dispose](): void {
    this.#sqlite.close();
  }
}

/** A long one is kept apart from its run; a very long one is not looked at. */
function promptOf({ prompt, encoding, data }: Readonly<Record<string, unknown>>): string {
  const json = data instanceof Uint8Array ? decodeBody(Number(encoding), data) : prompt;
  const text = typeof json === "string" ? tryParseJson(json) : undefined;
  return typeof text === "string" ? text.slice(0, PROMPT_MAX_CHARS) : "";
}
