import type { FileStream, RunPlace, WandbApi } from "./api.ts";
import { type Artifact, saveArtifact } from "./artifact.ts";
import type { WandbRun } from "./payload.ts";

const LINES_PER_REQUEST = 2_000;

/** Ids of artifacts that many runs began from, by what is in them: they are kept once. */
export type KnownArtifacts = Map<string, Promise<string>>;

/** Sends a run with all that belongs to it. The same again writes the same over itself. */
export async function sendWandbRun(
  api: WandbApi,
  place: Omit<RunPlace, "run">,
  run: WandbRun,
  known: KnownArtifacts,
): Promise<RunPlace> {
  const at = await api.upsertRun({ ...place, run: run.id }, run.facts, run.costs ? [run.costs] : []);
  const used: string[] = [];
  for (const input of run.inputs) used.push(await kept(api, at, input, known));
  if (run.isOver) await saveArtifact(api, at, run.trace, used);
  for (let offset = 0; offset + LINES_PER_REQUEST < run.history.length; offset += LINES_PER_REQUEST) {
    await api.fileStream(at, {
      files: {
        "wandb-history.jsonl": { offset, content: run.history.slice(offset, offset + LINES_PER_REQUEST) },
      },
    });
  }
  await api.fileStream(at, lastOf(run));
  return at;
}

function lastOf({ history, summary, costs, isOver, exitCode }: WandbRun): FileStream {
  const offset = Math.floor(Math.max(0, history.length - 1) / LINES_PER_REQUEST) * LINES_PER_REQUEST;
  const content = history.slice(offset);
  return {
    files: {
      ...(content.length > 0 ? { "wandb-history.jsonl": { offset, content } } : {}),
      "wandb-summary.json": { offset: 0, content: [summary] },
    },
    ...(costs ? { uploaded: [costs.path] } : {}),
    ...(isOver ? { complete: true, exitcode: exitCode } : {}),
  };
}

/** One that could not be kept is tried again by the next run. */
async function kept(
  api: WandbApi,
  place: RunPlace,
  artifact: Artifact,
  known: KnownArtifacts,
): Promise<string> {
  const key = `${artifact.name} ${artifact.metadata.sha256}`;
  let id = known.get(key);
  if (!id) known.set(key, id = saveArtifact(api, place, artifact));
  try {
    return await id;
  } catch (error) {
    if (known.get(key) === id) known.delete(key);
    throw error;
  }
}
