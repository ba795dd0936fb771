import type { Kysely } from "kysely";
import { reasonOf, type VerifyReport } from "../core/mod.ts";
import { decodeBody, hashOf, hex, unpackPositions } from "./codec.ts";
import type { EngineUpkeep } from "./engine.ts";
import type { Schema } from "./schema.ts";
import { chainId } from "./trace_state.ts";

const PROBLEMS_MAX = 100;
const BODIES_PER_PAGE = 500;

type Report = (problem: string) => void;

/** The database's own check, then ours: every body hashes to its name, every message id follows from the chain. */
export async function verify(db: Kysely<Schema>, upkeep: EngineUpkeep): Promise<VerifyReport> {
  const problems: string[] = [];
  const report = (problem: string) => void (problems.length < PROBLEMS_MAX && problems.push(problem));
  for (const problem of await upkeep.problems(PROBLEMS_MAX, "whole")) report(problem);
  const hashes = await checkBodies(db, report);
  const runs = await db.selectFrom("run").select(["id", "run_id"]).execute();
  let messages = 0;
  for (const run of runs) messages += await checkRun(db, run, hashes, report);
  return { ok: problems.length === 0, runs: runs.length, messages, bodies: hashes.size, problems };
}

/** Hashes of all bodies by their id. */
async function checkBodies(db: Kysely<Schema>, report: Report): Promise<Map<number, Uint8Array>> {
  const hashes = new Map<number, Uint8Array>();
  for (let after = 0;;) {
    const page = await db.selectFrom("body").selectAll().where("id", ">", after).orderBy("id")
      .limit(BODIES_PER_PAGE).execute();
    if (page.length === 0) return hashes;
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
}

/** Returns how many messages the run has. */
async function checkRun(
  db: Kysely<Schema>,
  run: { readonly id: number; readonly run_id: string },
  hashes: ReadonlyMap<number, Uint8Array>,
  report: Report,
): Promise<number> {
  const rows = await db.selectFrom("run_message").selectAll().where("run_no", "=", run.id)
    .orderBy("position").execute();
  let parent: Uint8Array | undefined;
  for (const [index, row] of rows.entries()) {
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
  return rows.length;
}
