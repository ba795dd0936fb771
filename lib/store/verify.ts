import { type Kysely, sql } from "kysely";
import { reasonOf, type VerifyReport } from "../core/mod.ts";
import { decodeBody, hashOf, hex } from "./codec.ts";
import type { EngineUpkeep } from "./engine.ts";
import type { Schema } from "./schema.ts";
import { asOfOneMoment } from "./statements.ts";
import { checkRun } from "./verify_run.ts";

const PROBLEMS_MAX = 100;
const BODIES_PER_PAGE = 500;

type Report = (problem: string) => void;

/** The database's own check, then ours: every body hashes to its name, every message id follows from the chain, and so on. */
export async function verify(db: Kysely<Schema>, upkeep: EngineUpkeep): Promise<VerifyReport> {
  const problems: string[] = [];
  const report = (problem: string) => void (problems.length < PROBLEMS_MAX && problems.push(problem));
  for (const problem of await upkeep.problems(PROBLEMS_MAX, "whole")) report(problem);
  const hashes = await checkBodies(db, report);
  const runs = await db.selectFrom("run").select(["id", "run_id"]).execute();
  let messages = 0;
  for (const { id, run_id } of runs) {
    const ofRun = (problem: string) => report(`run ${run_id}: ${problem}`);
    messages += await asOfOneMoment(db, (db) => checkRun(db, id, hashes, ofRun));
  }
  const notes = await orphans(db);
  return { ok: problems.length === 0, runs: runs.length, messages, bodies: hashes.size, problems, notes };
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

/** Runs that say they come from one that is not there any more: what they share with it is theirs too. */
async function orphans(db: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ run_id: string; gone: string; is_fork: number }>`
    select run_id, forked_run_id as gone, 1 as is_fork from run
    where forked_run_id is not null and forked_run_id not in (select run_id from run)
    union all select run_id, parent_run_id, 0 from run
    where parent_run_id is not null and parent_run_id not in (select run_id from run)
    limit ${PROBLEMS_MAX}`.execute(db);
  return rows.map(({ run_id, gone, is_fork }) =>
    `run ${run_id}: ${
      is_fork ? "the run it repeats" : "the run that handed it over"
    }, ${gone}, is not in this store; it is whole without`
  );
}
