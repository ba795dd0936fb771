import { dirname, isAbsolute, join, relative } from "node:path";
import type { AgentConfig } from "../agent/mod.ts";
import { AgentOpError, oneLine, type Run, type Trace } from "../core/mod.ts";
import { loadYaml } from "../schema/mod.ts";
import type { App } from "./app.ts";
import { loadSuiteOf } from "./evaluate.ts";
import { settingsOfRuns } from "./settings_of_runs.ts";
import { writeWhole } from "./write_whole.ts";

const NAME = "suite.yaml";
const ABOUT =
  " Every key: agentop help suite. Expected is what these runs did: change what is wrong with it.\n" +
  " similarity compares the words of the answer with those of the run's own, from 0 to 1.";

/** A suite that was made of stored runs. */
export interface MadeSuite {
  readonly path: string;
  readonly agent: string;
  readonly cases: number;
  /** What the runs were made with that the agent does not have now: `model=mistral-large-latest`, `instructions`. */
  readonly otherSettings: readonly string[];
}

/** How the suite is run. */
export interface SuiteManner {
  readonly set?: Readonly<Record<string, string>>;
  readonly repeats?: number;
  readonly concurrency?: number;
  readonly budgetUsd?: number;
}

/**
 * Writes a suite in which each of these runs is a case: what was asked, and what happened as what is expected. It is read as a
 * suite before it is written; an existing file is replaced with `force` only. Throws `AgentOpError`.
 */
export async function suiteFromRuns(
  app: App,
  references: readonly string[],
  output: string,
  { force = false, manner = {} }: { readonly force?: boolean; readonly manner?: SuiteManner } = {},
): Promise<MadeSuite> {
  const [store, { FILE_MAX_BYTES, checkCase, suiteOfRuns }, { Document }] = await Promise.all([
    app.store(),
    import("../evals/mod.ts"),
    loadYaml(),
  ]);
  const traces = new Map<string, Trace>();
  for (const reference of references) {
    const { traceId } = await store.resolveRun(reference);
    if (traces.has(traceId)) continue;
    const trace = await store.loadTrace(traceId);
    checkCase(trace);
    traces.set(traceId, trace);
  }
  const all = [...traces.values()];
  const runs = all.map(({ run }) => run);
  const { name: agent, config } = await agentOf(app, runs, output);
  const { agent: named, ...rest } = suiteOfRuns(all, agent);
  const suite = app.redactor.value({ agent: named, ...manner, ...rest });
  const document = new Document(suite, { aliasDuplicateObjects: false });
  document.commentBefore = ABOUT;
  const text = document.toString({ lineWidth: 0 });
  if (new TextEncoder().encode(text).length > FILE_MAX_BYTES) {
    throw new AgentOpError(`Cannot make a suite: of these runs it is larger than ${FILE_MAX_BYTES} bytes`, {
      remedy: "fewer runs, or several suites",
    });
  }
  await loadSuiteOf(app, { text });
  const path = await writeWhole(output, text, { name: NAME, force });
  return { path, agent, cases: all.length, otherSettings: await settingsOfRuns(runs, config) };
}

interface FoundAgent {
  /** As the suite names it. */
  readonly name: string;
  readonly config: AgentConfig;
}

/** The one agent of these runs, as a suite there names it. */
async function agentOf(app: App, runs: readonly Run[], output: string): Promise<FoundAgent> {
  const names = [...new Set(runs.map((run) => run.agent))];
  const [name = ""] = names;
  const shown = names.slice(0, 5).map((it) => oneLine(it, 60)).join(", ");
  if (names.length > 1) {
    throw new AgentOpError(`Cannot make a suite: these runs are of ${names.length} agents: ${shown}`, {
      remedy: "runs of one agent, and a suite for each",
    });
  }
  const isName = !/[/\\]/.test(name) && !/\.ya?ml$/i.test(name);
  const missing = new AgentOpError(
    `Cannot make a suite: the agent of these runs, ${shown || '""'}, is not found`,
    {
      remedy: "agentop agents, or runs of one of them",
    },
  );
  if (!isName || name.trim() === "") throw missing;
  const known = await app.resolveAgent(name).catch((error) => {
    if (error instanceof AgentOpError && error.reason.startsWith("Cannot find agent")) return undefined;
    throw error;
  });
  if (known) return { name, config: known };
  // It was run by its path.
  for (const { config: { baseDir } } of runs) {
    if (typeof baseDir !== "string" || !isAbsolute(baseDir)) continue;
    for (const extension of ["yaml", "yml"]) {
      const path = join(baseDir, `${name}.${extension}`);
      if (!await Deno.stat(path).then((it) => it.isFile, () => false)) continue;
      return { config: await app.resolveAgent(path), name: await besideOf(output, path) };
    }
  }
  throw missing;
}

/** A path as a suite there names it: from its own folder. */
async function besideOf(output: string, path: string): Promise<string> {
  const isFolder = await Deno.stat(output).then((it) => it.isDirectory, () => false);
  const folder = await Deno.realPath(isFolder ? output : dirname(output)).catch(() => undefined);
  if (folder === undefined) return path;
  const found = relative(folder, await Deno.realPath(path)).replaceAll("\\", "/");
  return found.startsWith(".") ? found : `./${found}`;
}
