import { join } from "node:path";
import {
  AgentOpError,
  isObject,
  nearest,
  NO_SECRETS,
  oneLine,
  reasonOf,
  type Redactor,
  tryParseJson,
} from "../../core/mod.ts";
import { readTextFile } from "../../schema/mod.ts";

/**
 * `running`: a process trains. `interrupted`: it died. `failed`: the command ended with another exit code than 0. `cancelled`: by a
 * person. `trained`: the command is done. `evaluated`: the model was held against its suite too.
 */
export type TrainingStatus = "running" | "interrupted" | "failed" | "cancelled" | "trained" | "evaluated";

/** One time that the command was started. */
export interface TrainingAttempt {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly exitCode?: number;
}

/** What is trained with what, how far it is, and what came of it. */
export interface TrainingJob {
  /** UUIDv7. */
  readonly jobId: string;
  /** What the new model is called. */
  readonly model: string;
  /** What it is trained from, as the command knows it. */
  readonly base?: string;
  /** As the shell reads it, but for secrets: they are kept nowhere. */
  readonly command: string;
  /** Where it starts. */
  readonly folder: string;
  /** Names of the variables that it was given besides; their values are kept nowhere. */
  readonly variables: readonly string[];
  /** Folder with `train.jsonl` and `validation.jsonl`, and what was in them: SHA-256. */
  readonly data: { readonly folder: string; readonly hash: string; readonly lines: number };
  /** Where the new model is served. */
  readonly serverUrl?: string;
  /** What a million of its tokens cost there, USD. */
  readonly usdPerMillion?: number;
  /** What it is held against. */
  readonly suite?: string;
  readonly status: TrainingStatus;
  readonly attempts: readonly TrainingAttempt[];
  readonly experimentId?: string;
  /** What the gate said. */
  readonly verdict?: string;
}

const JOB_MAX_BYTES = 1_000_000;
const JOBS_MAX = 1_000;
const SHORT_CHARS = 8;

/** Trainings of a home folder: a folder each, with what is known of it, its log and what the command writes. */
export class TrainingJobs {
  readonly #folder: string;
  readonly #redactor: Redactor;

  /** `redactor`: takes secrets out of what is written and of what was written before. */
  constructor(home: string, redactor: Redactor = NO_SECRETS) {
    this.#folder = join(home, "finetune");
    this.#redactor = redactor;
  }

  folderOf(jobId: string): string {
    return join(this.#folder, jobId);
  }

  logOf(jobId: string): string {
    return join(this.folderOf(jobId), "log.txt");
  }

  /** Where the command puts checkpoints and the model. */
  outputOf(jobId: string): string {
    return join(this.folderOf(jobId), "output");
  }

  /** Replaces what is known of a training in one step. Throws `AgentOpError`. */
  async write(job: TrainingJob): Promise<void> {
    const folder = this.folderOf(job.jobId);
    const path = join(folder, "job.json");
    const next = `${path}.${Deno.pid}.new`;
    try {
      await Deno.mkdir(this.outputOf(job.jobId), { recursive: true, mode: 0o700 });
      const kept = this.#redactor.value(job);
      await Deno.writeTextFile(next, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
      await Deno.rename(next, path);
    } catch (cause) {
      throw new AgentOpError(`Cannot write ${path}: ${reasonOf(cause)}`, {
        remedy: "AGENTOP_HOME=DIR",
        cause,
      });
    }
  }

  /** Newest first. What cannot be read is left out. */
  async list(): Promise<readonly TrainingJob[]> {
    const ids: string[] = [];
    try {
      for await (const { name, isDirectory } of Deno.readDir(this.#folder)) if (isDirectory) ids.push(name);
    } catch { /* nothing was trained yet */ }
    const jobs = await Promise.all(
      ids.sort().reverse().slice(0, JOBS_MAX).map((id) => this.#read(id).catch(() => undefined)),
    );
    return jobs.filter((job) => job !== undefined);
  }

  /** By its id, the end of it, the name of its model, or `last`. Throws `AgentOpError`. */
  async resolve(reference: string): Promise<TrainingJob> {
    const jobs = await this.list();
    const found = reference === "last"
      ? jobs.slice(0, 1)
      : jobs.filter(({ jobId, model }) =>
        jobId === reference || model === reference ||
        reference.length >= 4 && (jobId.startsWith(reference) || jobId.endsWith(reference))
      );
    if (found[0] && (found.length === 1 || found.every(({ model }) => model === reference))) return found[0];
    const names = jobs.map(({ model }) => model);
    throw new AgentOpError(
      `Cannot find training "${oneLine(reference, 60)}": ${
        found.length > 1
          ? `${found.length} fit`
          : jobs.length === 0
          ? "nothing was trained yet"
          : "there is none"
      }`,
      { remedy: found.length === 0 && nearest(reference, names) || "agentop finetune list" },
    );
  }

  async #read(jobId: string): Promise<TrainingJob> {
    const path = join(this.folderOf(jobId), "job.json");
    const job = tryParseJson(await readTextFile(path, { maxBytes: JOB_MAX_BYTES, verb: "use" }));
    if (!isObject(job) || job.jobId !== jobId || !Array.isArray(job.attempts)) {
      throw new AgentOpError(`Cannot use ${path}: it is no training`, { remedy: "agentop finetune list" });
    }
    const known = this.#redactor.value(job) as unknown as TrainingJob;
    return known.status === "running" && !await this.isHeld(jobId)
      ? { ...known, status: "interrupted" }
      : known;
  }

  /** A live process trains. The lock goes with its process, however that dies. */
  async isHeld(jobId: string): Promise<boolean> {
    const lock = await this.#lock(jobId).catch(() => undefined);
    lock?.close();
    return lock === undefined;
  }

  /** The right to train, until it is closed. Throws `AgentOpError` where another process has it. */
  async hold(jobId: string): Promise<Deno.FsFile> {
    const lock = await this.#lock(jobId);
    if (lock) return lock;
    throw new AgentOpError(`Cannot train ${jobId.slice(-SHORT_CHARS)}: another process does`, {
      remedy: `agentop finetune show ${jobId.slice(-SHORT_CHARS)} --follow`,
    });
  }

  async #lock(jobId: string): Promise<Deno.FsFile | undefined> {
    const file = await Deno.open(join(this.folderOf(jobId), "lock"), {
      create: true,
      write: true,
      mode: 0o600,
    });
    if (await file.tryLock(true)) return file;
    file.close();
    return undefined;
  }

  /** Asks the process that trains to end. */
  async requestStop(jobId: string): Promise<void> {
    await Deno.writeTextFile(join(this.folderOf(jobId), "stop"), "", { mode: 0o600 });
  }

  async isStopRequested(jobId: string): Promise<boolean> {
    return await Deno.stat(join(this.folderOf(jobId), "stop")).then(() => true, () => false);
  }

  async forgetStop(jobId: string): Promise<void> {
    await Deno.remove(join(this.folderOf(jobId), "stop")).catch(() => {});
  }
}
