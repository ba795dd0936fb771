import { backup } from "node:sqlite";
import { sql } from "kysely";
import { AgentOpError, reasonOf } from "../../core/mod.ts";
import { decodeBody, hashOf, hex, unpackPositions } from "../codec.ts";
import { SCHEMA_VERSION } from "./migrations/mod.ts";
import { MEMORY } from "./location.ts";
import type { Connection } from "./open.ts";
import { chainId } from "../trace_state.ts";

const PROBLEMS_MAX = 100;
const BODIES_PER_PAGE = 500;

export interface VerifyReport {
  readonly ok: boolean;
  readonly runs: number;
  readonly messages: number;
  readonly bodies: number;
  /** At most 100. */
  readonly problems: readonly string[];
}

/** SQLite's own integrity check, then ours: every body hashes to its name, every message id follows from the chain. */
export async function verify({ sqlite, db }: Connection): Promise<VerifyReport> {
  const problems: string[] = [];
  const report = (problem: string) => void (problems.length < PROBLEMS_MAX && problems.push(problem));
  for (const row of sqlite.prepare(`pragma integrity_check(${PROBLEMS_MAX})`).all()) {
    if (row["integrity_check"] !== "ok") report(String(row["integrity_check"]));
  }
  const hashes = new Map<number, Uint8Array>();
  for (let after = 0;;) {
    const page = await db.selectFrom("body").selectAll().where("id", ">", after).orderBy("id")
      .limit(BODIES_PER_PAGE).execute();
    if (page.length === 0) break;
    for (const body of page) {
      hashes.set(body.id, body.hash);
      try {
        if (hex(hashOf(decodeBody(body.encoding, body.data))) !== hex(body.hash)) {
          report(`body ${body.id}: wrong content`);
        }
      } catch (error) {
        report(`body ${body.id}: ${reasonOf(error)}`);
      }
    }
    after = page.at(-1)!.id;
  }
  let messages = 0;
  const runs = await db.selectFrom("run").select(["id", "run_id"]).execute();
  for (const run of runs) {
    const rows = await db.selectFrom("run_message").selectAll().where("run_no", "=", run.id)
      .orderBy("position").execute();
    let parent: Uint8Array | undefined;
    for (const [index, row] of rows.entries()) {
      messages++;
      const body = hashes.get(row.body_id);
      if (!body || row.position !== index) report(`run ${run.run_id}: message ${index} is missing`);
      else if (hex(chainId(parent, body)) !== hex(row.message_id)) {
        report(`run ${run.run_id}: message ${index} was changed`);
      }
      parent = row.message_id;
    }
    const spans = await db.selectFrom("span").select(["input_refs", "output_refs"])
      .where("run_no", "=", run.id).execute();
    for (const { input_refs, output_refs } of spans) {
      const refs = [...unpackPositions(input_refs ?? ""), ...unpackPositions(output_refs ?? "")];
      if (refs.some((position) => position >= rows.length)) {
        report(`run ${run.run_id}: a span refers to a missing message`);
      }
    }
  }
  return { ok: problems.length === 0, runs: runs.length, messages, bodies: hashes.size, problems };
}

/** A consistent copy while others write. Never overwrites. */
export async function backupTo({ sqlite }: Connection, target: string): Promise<void> {
  if (await Deno.stat(target).then(() => true, () => false)) {
    throw new AgentOpError(`Cannot back up to ${target}: the file exists`, { remedy: "another name" });
  }
  try {
    await backup(sqlite, target);
  } catch (error) {
    await Deno.remove(target).catch(() => {});
    throw new AgentOpError(`Cannot back up to ${target}: ${reasonOf(error)}`, {
      remedy: "a folder you may write to",
      cause: error,
    });
  }
}

export interface StoreStats {
  readonly path: string;
  readonly schemaVersion: number;
  readonly bytes: number;
  readonly runs: number;
  readonly spans: number;
  readonly messages: number;
  readonly bodies: number;
  /** Bytes of all message bodies before and after compression. */
  readonly bodyBytes: number;
  readonly storedBodyBytes: number;
  readonly unindexedRuns: number;
}

export async function stats({ path, sqlite, db }: Connection): Promise<StoreStats> {
  const count = async (table: "run" | "span" | "run_message") =>
    Number(
      (await db.selectFrom(table).select((eb) => eb.fn.countAll<number>().as("n")).executeTakeFirstOrThrow())
        .n,
    );
  const body = await db.selectFrom("body").select([
    sql<number>`count(*)`.as("n"),
    sql<number>`coalesce(sum(length), 0)`.as("plain"),
    sql<number>`coalesce(sum(length(data)), 0)`.as("stored"),
  ]).executeTakeFirstOrThrow();
  const pending = await db.selectFrom("run").select((eb) => eb.fn.countAll<number>().as("n"))
    .where("indexed", "=", 0).executeTakeFirstOrThrow();
  const pages = Number(sqlite.prepare("pragma page_count").get()?.["page_count"]);
  const pageBytes = Number(sqlite.prepare("pragma page_size").get()?.["page_size"]);
  const wal = path === MEMORY ? 0 : await Deno.stat(`${path}-wal`).then((it) => it.size, () => 0);
  return {
    path,
    schemaVersion: SCHEMA_VERSION,
    bytes: pages * pageBytes + wal,
    runs: await count("run"),
    spans: await count("span"),
    messages: await count("run_message"),
    bodies: body.n,
    bodyBytes: body.plain,
    storedBodyBytes: body.stored,
    unindexedRuns: Number(pending.n),
  };
}
