import type { Kysely } from "kysely";
import { BUDGET_PERIODS, BUDGET_SCOPES, KEY_ROLES } from "../core/mod.ts";
import { ruleOf } from "./alerts/rules.ts";
import { hashOf, hex, unpackBytes } from "./codec.ts";
import { readable } from "./readable.ts";
import type { Schema } from "./schema.ts";

type Table =
  | "budget"
  | "api_key"
  | "alert_rule"
  | "alert"
  | "alert_delivery"
  | "alert_episode"
  | "received"
  | "received_run"
  | "exchange"
  | "exported";
type Row = Readonly<Record<string, unknown>>;

interface Copied {
  readonly table: Table;
  /** Columns that tell its rows apart. */
  readonly key: readonly string[];
  readonly name: string;
  readonly many: string;
  /** Where what was lost has to be looked at; nothing for what makes itself again. */
  readonly look?: string;
  /** The row can be what was written. */
  fits(row: Row, runs: SalvagedRuns): boolean;
}

/** Runs of the copy by trace id: `true` for those that are whole. */
export type SalvagedRuns = ReadonlyMap<string, boolean>;

const ROWS_PER_READ = 100;
const KEY_BYTES = 32;
const traceIdIn = (row: Row) => row["trace_id"] instanceof Uint8Array ? hex(row["trace_id"]) : "";
const isAmong = (values: readonly string[], value: unknown) => values.some((it) => it === value);

const TABLES: readonly Copied[] = [
  {
    table: "budget",
    key: ["scope", "per"],
    name: "budget",
    many: "budgets",
    look: "agentop budget",
    fits: ({ scope, per, limit_usd }) =>
      isAmong(BUDGET_SCOPES, String(scope).split(":")[0]) && isAmong(BUDGET_PERIODS, per) &&
      Number.isFinite(limit_usd) && Number(limit_usd) >= 0,
  },
  {
    table: "api_key",
    key: ["hash"],
    name: "API key",
    many: "API keys",
    look: "agentop keys",
    fits: ({ hash, role }) => (hash as Uint8Array).length === KEY_BYTES && isAmong(KEY_ROLES, role),
  },
  {
    table: "alert_rule",
    key: ["id"],
    name: "alert rule",
    many: "alert rules",
    look: "agentop alerts",
    fits: ({ rule }) => ruleOf(String(rule)) !== undefined,
  },
  {
    table: "alert",
    key: ["id"],
    name: "alert",
    many: "alerts",
    look: "agentop alerts log",
    fits: () => true,
  },
  {
    table: "alert_episode",
    key: ["rule_no", "subject"],
    name: "open alert",
    many: "open alerts",
    fits: () => true,
  },
  {
    table: "alert_delivery",
    key: ["id"],
    name: "delivery of alerts",
    many: "deliveries of alerts",
    fits: () => true,
  },
  {
    table: "received",
    key: ["trace_id", "hash"],
    name: "received body",
    many: "received bodies",
    fits: ({ hash, encoding, data }) => hex(unpackedHash(encoding, data)) === hex(hash as Uint8Array),
  },
  { table: "received_run", key: ["trace_id"], name: "received run", many: "received runs", fits: () => true },
  {
    table: "exchange",
    key: ["hash"],
    name: "cached answer",
    many: "cached answers",
    fits: (row, runs) => runs.has(traceIdIn(row)) && unpackedHash(row["encoding"], row["body"]) !== undefined,
  },
  {
    table: "exported",
    key: ["target", "trace_id"],
    name: "note of what was exported",
    many: "notes of what was exported",
    // What lost something is sent again.
    fits: (row, runs) => runs.get(traceIdIn(row)) === true,
  },
];

/**
 * Copies what a store has beside runs: limits, keys, rules, and what others have sent. Received runs that lost something are to be
 * read again from the bodies they came in.
 */
export async function copySettings(
  from: Kysely<Schema>,
  to: Kysely<Schema>,
  runs: SalvagedRuns,
  notes: string[],
): Promise<void> {
  for (const copied of TABLES) {
    const { rows, lost } = await rowsOf(from, copied);
    let left = lost;
    for (const row of rows) if (!await copyRow(to, copied, row, runs)) left++;
    if (left === 0 || copied.table === "exported") continue;
    const count = left === Infinity
      ? `some ${copied.many}`
      : `${left} ${left === 1 ? copied.name : copied.many}`;
    notes.push(`${count} could not be read${copied.look ? `: look at ${copied.look}` : ""}`);
  }
  const again = await readAgain(to, runs);
  if (again > 0) {
    notes.push(
      `${again} received run${again === 1 ? " is" : "s are"} read again when the store is next served`,
    );
  }
}

/** Every row that can be read; `lost` is `Infinity` where nobody knows how many there were. */
async function rowsOf(
  db: Kysely<Schema>,
  { table, key }: Copied,
): Promise<{ rows: readonly Row[]; lost: number }> {
  const ref = (column: string) => db.dynamic.ref<"scope">(column);
  const select = () => db.selectFrom(table as "budget");
  let isCut = true;
  const keys = await readable([table], async () => {
    const found = await select().select(key.map((column) => ref(column))).execute();
    isCut = false;
    return found;
  }) as unknown as readonly Row[];
  const rows: Row[] = [];
  for (let at = 0; at < keys.length; at += ROWS_PER_READ) {
    rows.push(
      ...await readable(
        keys.slice(at, at + ROWS_PER_READ),
        (some) =>
          select().selectAll().where((eb) =>
            eb.or(some.map((row) => eb.and(key.map((column) => eb(ref(column), "=", row[column] as string)))))
          ).execute(),
      ) as unknown as readonly Row[],
    );
  }
  return { rows, lost: isCut ? Infinity : keys.length - rows.length };
}

/** `false`: it cannot be what was written, or the tables of the copy refuse it. */
async function copyRow(
  to: Kysely<Schema>,
  { table, fits }: Copied,
  row: Row,
  runs: SalvagedRuns,
): Promise<boolean> {
  try {
    if (!fits(row, runs)) return false;
    await to.insertInto(table as "budget").values(row as unknown as Schema["budget"]).execute();
    return true;
  } catch {
    return false;
  }
}

function unpackedHash(encoding: unknown, data: unknown): Uint8Array {
  return hashOf(unpackBytes(Number(encoding), data as Uint8Array));
}

/** Counts what came of each run anew, and gives how many runs are to be read again. */
async function readAgain(to: Kysely<Schema>, runs: SalvagedRuns): Promise<number> {
  const received = await to.selectFrom("received").groupBy("trace_id")
    .select((eb) => ["trace_id", eb.fn.max("part").as("last"), eb.fn.countAll<number>().as("kept")])
    .execute();
  let again = 0;
  for (const { trace_id, last, kept } of received) {
    if (last !== kept - 1) await numberAnew(to, trace_id);
    const isWhole = runs.get(hex(trace_id)) === true;
    if (!isWhole) again++;
    const set = { kept, read: isWhole ? kept : 0 };
    await to.insertInto("received_run").values({ trace_id, reading: 0, at_us: 0, ...set })
      .onConflict((conflict) => conflict.column("trace_id").doUpdateSet(set)).execute();
  }
  return again;
}

/** Parts are numbered without a gap. */
async function numberAnew(to: Kysely<Schema>, traceId: Uint8Array): Promise<void> {
  const parts = await to.selectFrom("received").select("part").where("trace_id", "=", traceId).orderBy("part")
    .execute();
  for (const [at, { part }] of parts.entries()) {
    await to.updateTable("received").set({ part: at }).where("trace_id", "=", traceId).where(
      "part",
      "=",
      part,
    )
      .execute();
  }
}
