import { NO_SECRETS, type Redactor } from "../../core/mod.ts";
import type { AppConfig } from "../config.ts";
import { type TrainingJob, TrainingJobs } from "./training_job.ts";

const TRAININGS_MAX = 20;
/** Of each log, from its end. */
const TAIL_BYTES = 65_536;

/** A training and the end of what its command has printed so far. */
export interface TrainingLog {
  readonly job: TrainingJob;
  readonly log: string;
}

/** The newest trainings first. */
export async function trainingLogs(
  { home }: Pick<AppConfig, "home">,
  redactor: Redactor = NO_SECRETS,
): Promise<readonly TrainingLog[]> {
  const jobs = new TrainingJobs(home, redactor);
  const newest = (await jobs.list()).slice(0, TRAININGS_MAX);
  return await Promise.all(
    newest.map(async (job) => ({ job, log: redactor.text(await endOf(jobs.logOf(job.jobId))) })),
  );
}

async function endOf(path: string): Promise<string> {
  try {
    using file = await Deno.open(path);
    const { size } = await file.stat();
    await file.seek(Math.max(0, size - TAIL_BYTES), Deno.SeekMode.Start);
    const buffer = new Uint8Array(TAIL_BYTES);
    let read = 0;
    for (let more = await file.read(buffer); more; more = await file.read(buffer.subarray(read))) {
      read += more;
    }
    return new TextDecoder().decode(buffer.subarray(0, read));
  } catch {
    return ""; // nothing was printed yet
  }
}
