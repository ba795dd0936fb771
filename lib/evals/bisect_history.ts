import { basename, dirname } from "node:path";
import { type AgentConfig, type ModelDefaults, parseAgentFile } from "../agent/mod.ts";
import { AgentOpError, oneLine, type Run } from "../core/mod.ts";
import { because } from "./bisect.ts";
import { type BisectOptions, BisectSearch, type BisectTrial } from "./bisect_search.ts";
import type { ReplayServices } from "../replay/mod.ts";

/** Commits of one agent file that are looked at. */
const RANGE_EXAMPLE = "v1..HEAD";
const COMMITS_MAX = 10_000;

export interface AgentVersion {
  readonly commit: string;
  /** Author and first line of the message. */
  readonly summary: string;
}

export interface HistoryResult {
  readonly culprit: AgentVersion;
  readonly commits: number;
  readonly trials: readonly (BisectTrial & { readonly commit: string })[];
  /** USD; `null` when some of it is unknown. */
  readonly savedCostUsd: number | null;
}

/**
 * Finds the commit of a range that made the good run's agent go wrong, by halving. Each trial runs the agent file as that commit
 * left it. Throws `AgentOpError`.
 */
export async function bisectHistory(
  services: ReplayServices,
  good: Run,
  options: BisectOptions & {
    readonly range: string;
    readonly file: string;
    readonly defaults: ModelDefaults;
  },
): Promise<HistoryResult> {
  const { range, file } = options;
  const fail = (reason: string, remedy: string): never => {
    throw new AgentOpError(`Cannot bisect ${range}: ${oneLine(reason, 300)}`, { remedy });
  };
  if (range.startsWith("-")) fail("it is not a range of commits", `--git ${RANGE_EXAMPLE}`);
  const git = (...args: readonly string[]) =>
    runGit(
      { folder: dirname(file), env: services.environment },
      args,
      (reason) => fail(reason, gitRemedy(reason, range)),
    );
  const log = await git(
    "log",
    "--reverse",
    `--max-count=${COMMITS_MAX}`,
    "--format=%H%x09%an: %s",
    "--end-of-options",
    range,
    "--",
    basename(file),
  );
  const versions = log.split("\n").filter((line) => line !== "").map((line): AgentVersion => {
    const [commit, summary] = line.split("\t");
    return { commit: commit!, summary: summary ?? "" };
  });
  if (versions.length === 0) fail(`no commit of it changes ${file}`, `git log --oneline -- ${file}`);
  const configs: AgentConfig[] = [];
  for (const { commit } of versions) {
    const text = await git("show", "--end-of-options", `${commit}:./${basename(file)}`);
    configs.push(await parseAgentFile(text, `${file}@${commit.slice(0, 7)}`, options.defaults));
  }
  // The file at a commit knows nothing of where it lies: paths of its tools start where the file is now.
  const { baseDir } = await parseAgentFile("{}", file, options.defaults);
  const configAt = (index: number) => ({ ...configs[index - 1]!, baseDir });
  const first = await options.judge.judge(good);
  if (!first.passed) {
    fail(`the good run fails${because(first.explanation)}`, "another run, or another check");
  }
  const search = new BisectSearch(services, good, configAt, options);
  if (await search.passes(versions.length)) {
    fail(
      `the newest version passes${because(search.trials.at(-1)!.explanation)}`,
      "a later range, or another check",
    );
  }
  const culprit = versions[await search.firstFailing(versions.length) - 1]!;
  return {
    culprit,
    commits: versions.length,
    trials: search.trials.map((trial) => ({ ...trial, commit: versions[trial.edits - 1]!.commit })),
    savedCostUsd: search.savedCostUsd,
  };
}

function gitRemedy(reason: string, range: string): string {
  if (/not a git repository/i.test(reason)) {
    return "the path of an agent file in a git repository: --agent FILE";
  }
  if (/not installed/.test(reason)) return "install git";
  return range === RANGE_EXAMPLE ? "git log, for the names of commits" : `--git ${RANGE_EXAMPLE}`;
}

async function runGit(
  { folder, env }: { readonly folder: string; readonly env: ReplayServices["environment"] },
  args: readonly string[],
  fail: (reason: string) => never,
): Promise<string> {
  try {
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args: ["-C", folder || ".", ...args],
      ...(env ? { clearEnv: true, env: { ...env } } : {}),
    }).output();
    if (success) return new TextDecoder().decode(stdout);
    return fail(new TextDecoder().decode(stderr).trim().replace(/^fatal: /, "") || "git failed");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return fail("git is not installed");
    throw error;
  }
}
