import { createHash } from "node:crypto";
import { join } from "node:path";
import { AgentOpError, oneLine, type SentRun } from "../../core/mod.ts";
import { type CardOptions, type DatasetIndex, loadHuggingface } from "../../exporters/mod.ts";
import type { App } from "../app.ts";
import { type DatasetPlan, planDataset, type PlannedShard } from "./dataset_plan.ts";
import { Hub, type HubFile, HubFullError, hubIndex } from "./hub.ts";
import { type SendChoice, SentLedger } from "./unsent.ts";
import { datasetRows, SuiteNames, writeRows, writeShard, type WrittenShard } from "./write_shard.ts";

export const REPO = "agentop-traces";
export const VALIDATION = 0.1;
/** One commit carries this much at most; what comes after a cut is another. */
const FILES_PER_COMMIT = 20;
const BYTES_PER_COMMIT = 256 * 1024 * 1024;

export interface DatasetChoice extends SendChoice {
  /** `dataset`, or `name/dataset`. @default "agentop-traces" of the token's owner */
  readonly repo?: string;
  /** Everybody may read it. @default false */
  readonly isPublic?: boolean;
  /** An identifier of the Hub's. */
  readonly license?: string;
  /** Share of runs kept for validation, from 0 to 1. @default 0.1 */
  readonly validation?: number;
  /** For one attempt of one request; ms. */
  readonly timeoutMs?: number;
}

export interface DatasetReport {
  readonly url: string;
  readonly isPrivate: boolean;
  /** Runs in the files that were written. */
  readonly runs: number;
  /** Runs in files that are as they were. */
  readonly unchanged: number;
  readonly files: number;
  readonly bytes: number;
  /** Still at work: they wait for another time. */
  readonly atWork: number;
  readonly deleted: number;
  readonly damaged: number;
}

/**
 * Makes a dataset of the Hugging Face Hub hold the chosen runs besides those that it has. Files that are as they should be stay; each
 * commit is whole, and on record in the store, so that the same again goes on where it ended. Throws `AgentOpError`.
 */
export async function exportHuggingface(app: App, choice: DatasetChoice): Promise<DatasetReport> {
  const { signal, validation = VALIDATION } = choice;
  checkLicense(choice.license);
  const hub = new Hub(app, choice);
  const repo = await hub.fullName(checkedRepo(choice.repo ?? REPO));
  const isPrivate = await openRepo(hub, repo, choice.isPublic === true);
  const { emptyIndex } = await loadHuggingface();
  const index = await hubIndex(hub, repo) ?? emptyIndex();
  const ledger = await SentLedger.open(await app.store(), `huggingface ${hub.url} ${repo}`, choice.again);
  const plan = await planDataset(app, { ...choice, validation }, { ledger, index });
  const { columns } = await datasetRows(app);
  const folder = await Deno.makeTempDir({ prefix: "agentop-dataset-" });
  try {
    const upload = new Upload(hub, repo, {
      index,
      ledger,
      folder,
      gone: plan.gone,
      card: {
        repo,
        columns,
        validation,
        ...(choice.license === undefined ? {} : { license: choice.license }),
      },
    });
    await sendShards(app, plan, upload, { folder, signal });
    return {
      url: `${hub.url}/datasets/${repo}`,
      isPrivate,
      ...upload.report(),
      unchanged: plan.shards.reduce((sum, it) => sum + (it.isDirty ? 0 : it.members.length), 0),
      atWork: plan.atWork,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function sendShards(
  app: App,
  { shards }: DatasetPlan,
  upload: Upload,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<void> {
  const suites = new SuiteNames(app);
  const dirty = shards.filter(({ isDirty }) => isDirty);
  try {
    for (const [at, shard] of dirty.entries()) {
      await upload.add(await writeShard(app, shard, { file: join(folder, `${at}.parquet`), signal, suites }));
    }
    await upload.finish();
  } catch (error) {
    if (!(error instanceof HubFullError)) throw error;
    const { files } = upload.report();
    const there = `${files} of ${dirty.length} files are there, ${missing(dirty, upload.paths)} are missing`;
    throw new AgentOpError(`Cannot export huggingface: ${error.words}; ${there}`, {
      remedy: "more room or --repo NAME/OTHER, then the same again: it goes on where this ended",
      exitCode: 1,
    });
  }
}

function missing(shards: readonly PlannedShard[], there: ReadonlySet<string>): string {
  const paths = shards.filter(({ path }) => !there.has(path)).map(({ path }) => path);
  return paths.slice(0, 3).join(", ") + (paths.length > 3 ? ` and ${paths.length - 3} others` : "");
}

/** Makes it where there is none; one that everybody can read is written to only where that was said. Gives whether it is private. */
async function openRepo(hub: Hub, repo: string, isPublic: boolean): Promise<boolean> {
  const isPrivate = await hub.isPrivate(repo);
  if (isPrivate === undefined) {
    await hub.create(repo, isPublic ? "public" : "private");
    return !isPublic;
  }
  if (!isPrivate && !isPublic) {
    throw new AgentOpError(`Cannot export huggingface: everybody can read ${repo}`, {
      remedy: "--public, if that is meant, or --repo with another name",
    });
  }
  const { INDEX_PATH } = await loadHuggingface();
  const isForeign = await hub.readText(repo, INDEX_PATH) === undefined &&
    await hub.readText(repo, "README.md") !== undefined;
  if (isForeign) {
    throw new AgentOpError(`Cannot export huggingface: ${repo} is a dataset with a card of its own`, {
      remedy: "--repo with a name that is free",
    });
  }
  return isPrivate;
}

/** Throws `AgentOpError` for what the Hub takes for no name. */
export function checkedRepo(repo: string): string {
  const isName = repo.split("/").length <= 2 &&
    repo.split("/").every((it) => /^(?![-.])[\w.-]{1,96}(?<![-.])$/.test(it) && !/--|\.\./.test(it));
  if (isName && !repo.endsWith(".git")) return repo;
  throw new AgentOpError(
    `Cannot export huggingface: ${JSON.stringify(oneLine(repo, 80))} is no name of a dataset`,
    {
      remedy: "--repo my-traces, or --repo NAME/my-traces",
    },
  );
}

function checkLicense(license: string | undefined): void {
  if (license === undefined || /^[a-z0-9][a-z0-9.-]{0,60}$/.test(license)) return;
  throw new AgentOpError(
    `Cannot export huggingface: ${JSON.stringify(oneLine(license, 80))} is no licence of the Hub`,
    {
      remedy: "--license cc-by-4.0, or another of https://huggingface.co/docs/hub/repositories-licenses",
    },
  );
}

interface UploadOptions {
  readonly index: DatasetIndex;
  readonly ledger: SentLedger;
  /** Files are kept here until they are there. */
  readonly folder: string;
  readonly gone: readonly string[];
  readonly card: CardOptions;
}

/** Puts files into commits. With each commit the dataset says what it is made of then. */
class Upload {
  readonly paths = new Set<string>();
  readonly #hub: Hub;
  readonly #repo: string;
  readonly #options: UploadOptions;
  #index: DatasetIndex;
  #gone: readonly string[];
  #waiting: WrittenShard[] = [];
  readonly #sums = { runs: 0, files: 0, bytes: 0, deleted: 0, damaged: 0 };

  constructor(hub: Hub, repo: string, options: UploadOptions) {
    this.#hub = hub;
    this.#repo = repo;
    this.#options = options;
    this.#index = options.index;
    this.#gone = options.gone;
  }

  report() {
    return { ...this.#sums };
  }

  async add(shard: WrittenShard): Promise<void> {
    this.#waiting.push(shard);
    const bytes = this.#waiting.reduce((sum, { figures }) => sum + figures.bytes, 0);
    if (this.#waiting.length >= FILES_PER_COMMIT || bytes >= BYTES_PER_COMMIT) await this.#commit();
  }

  async finish(): Promise<void> {
    await this.#commit();
  }

  async #commit(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const full = waiting.filter(({ figures }) => figures.rows > 0);
    const shards = { ...this.#index.shards };
    const empty = [
      ...this.#gone,
      ...waiting.filter(({ figures }) => figures.rows === 0).map(({ path }) => path),
    ]
      .filter((path) => path in shards);
    for (const path of empty) delete shards[path];
    // A commit that was not noted down is there all the same.
    const changed = full.filter(({ path, figures }) => shards[path]?.sha256 !== figures.sha256);
    for (const { path, figures } of full) shards[path] = figures;
    const files: HubFile[] = changed.map(({ path, file }) => ({ path, content: { file } }));
    const next = await this.#describe({ ...this.#index, shards });
    if (files.length > 0 || empty.length > 0 || next.index.card !== this.#index.card) {
      const runs = changed.reduce((sum, { figures }) => sum + figures.rows, 0);
      await this.#hub.commit(this.#repo, `Add ${runs} runs`, [...files, ...next.files], [
        ...empty,
        ...next.deleted,
      ]);
    }
    this.#index = next.index;
    this.#gone = [];
    for (const { path, file, figures, runs, deleted, damaged } of waiting) {
      this.paths.add(path);
      this.#sums.runs += figures.rows;
      this.#sums.files++;
      this.#sums.bytes += figures.bytes;
      this.#sums.deleted += deleted;
      this.#sums.damaged += damaged;
      await this.#note(runs);
      await Deno.remove(file);
    }
  }

  async #note(runs: readonly SentRun[]): Promise<void> {
    for (const run of runs) await this.#options.ledger.note(run);
    await this.#options.ledger.flush();
  }

  /** The card, the standings and the list of files that go with an index. */
  async #describe(draft: DatasetIndex) {
    const { datasetCard, INDEX_PATH, leaderboardOf, leaderboardRows, LEADERBOARD_COLUMNS, LEADERBOARD_PATH } =
      await loadHuggingface();
    const card = datasetCard(draft, this.#options.card);
    const index = { ...draft, card: createHash("sha256").update(card).digest("hex") };
    const scores = leaderboardRows(leaderboardOf(index));
    const had = leaderboardOf(this.#index).length > 0;
    const files: HubFile[] = [
      { path: "README.md", content: { text: card } },
      { path: INDEX_PATH, content: { text: `${JSON.stringify(index, null, 1)}\n` } },
    ];
    if (scores.length > 0) {
      const file = join(this.#options.folder, "standings.parquet");
      await writeRows(
        file,
        LEADERBOARD_COLUMNS,
        (async function* () {
          yield scores;
        })(),
      );
      files.push({ path: LEADERBOARD_PATH, content: { file } });
    }
    return { index, files, deleted: had && scores.length === 0 ? [LEADERBOARD_PATH] : [] };
  }
}
