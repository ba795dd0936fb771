import { createHash } from "node:crypto";
import { basename, dirname, extname, isAbsolute, join } from "node:path";
import {
  AgentOpError,
  canonicalJson,
  fileBase,
  fillIn,
  nearest,
  oneLine,
  type Run,
  type Vars,
} from "../../core/mod.ts";
import {
  type CheckedYaml,
  parseCheckedYaml,
  readTextFile,
  type YamlComplaint,
  type YamlPath,
} from "../../schema/mod.ts";
import { readCaseFile } from "./case_files.ts";
import type { SuiteFile, SuiteFileCase } from "./schema.ts";
import type { Suite, SuiteCase, SuiteVariant } from "./suite.ts";
import { hasColumns, type ReadScorer, ScorerProblem, ScorerSetup } from "./suite_scorers.ts";

/** The largest suite file that is read. */
export const FILE_MAX_BYTES = 1_000_000;
const CASES_MAX = 100_000;
const RUNS_MAX = 10_000;
const CONCURRENCY_DEFAULT = 8;
const EXAMPLE = "agent: researcher, with cases and scorers, as agentop help suite shows";

/** Where stored runs that are cases come from. */
export interface SuiteSources {
  /** Throws `AgentOpError`. */
  resolveRun(reference: string): Promise<Run>;
  /** Runs that a search finds, newest first. Throws `AgentOpError`. */
  findRuns(search: string, limit: number): Promise<readonly Run[]>;
}

/** A suite and the scorers it names, set up. */
export interface LoadedSuite {
  readonly suite: Suite;
  readonly scorers: ScorerSetup;
  /** It, and the files that its cases are in. */
  readonly files: readonly string[];
}

/**
 * Reads a suite with all of its cases. Throws an `AgentOpError` of one line with file, line and case. `written`: what the file would
 * say, where there is none.
 */
export async function loadSuite(path: string, sources: SuiteSources, written?: string): Promise<LoadedSuite> {
  const [{ suiteFile }, text, setup] = await Promise.all([
    import("./schema.ts"),
    written ??
      readTextFile(path, { maxBytes: FILE_MAX_BYTES, ifMissing: "agentop init, which writes an example" }),
    ScorerSetup.load(),
  ]);
  const file = await parseCheckedYaml(text, path, suiteFile, { example: EXAMPLE });
  const reader = new SuiteReader(path, file, setup, sources);
  const cases = await reader.cases();
  const { data } = file;
  const suite: Suite = {
    name: data.name ?? fileBase(path),
    path,
    variants: variantsOf(file),
    repeats: data.repeats ?? 1,
    concurrency: data.concurrency ?? CONCURRENCY_DEFAULT,
    ...(data.budgetUsd === undefined ? {} : { budgetUsd: data.budgetUsd }),
    source: data.source ?? "live",
    mode: data.mode ?? "live",
    cases,
    scorers: reader.scorers(),
    gate: data.gate ?? {},
    hash: hashOf(cases.map(({ id, hash }) => [id, hash]).sort(([a], [b]) => a! < b! ? -1 : 1)),
  };
  checkGate(file, suite);
  return { suite, scorers: setup, files: [path, ...reader.files] };
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 32);
}

function asText(set: SuiteFile["set"] = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(set).map(([key, value]) => [key, String(value)]));
}

function variantsOf({ data, failFor }: CheckedYaml<SuiteFile>): readonly SuiteVariant[] {
  const complaints: YamlComplaint[] = [];
  const { source, agent } = data;
  const variants = (data.variants ?? [{ name: agent ?? "recorded" }]).map((variant, index): SuiteVariant => {
    const named = variant.agent ?? agent;
    const first = data.variants?.findIndex((it) => it.name === variant.name) ?? index;
    if (first !== index) {
      complaints.push({ path: ["variants", index, "name"], problem: `is the second "${variant.name}"` });
    }
    if (named === undefined && source !== "recorded") {
      complaints.push(
        data.variants
          ? {
            path: ["variants", index],
            problem: `has no agent (variant ${variant.name})`,
            remedy: "agent: NAME",
          }
          : { path: ["agent"], problem: "is missing", remedy: "agent: NAME, or variants" },
      );
    }
    return {
      name: variant.name,
      ...(named === undefined ? {} : { agent: named }),
      set: { ...asText(data.set), ...asText(variant.set) },
    };
  });
  if (source === "recorded" && variants.length > 1) {
    complaints.push({
      path: ["variants"],
      problem: "must be one where stored runs are judged",
      remedy: "source: live",
    });
  }
  failFor(complaints);
  return variants;
}

function checkGate({ failFor }: CheckedYaml<SuiteFile>, { gate, scorers }: Suite): void {
  const { scorer } = gate;
  const names = scorers.map((it) => it.name);
  if (scorer === undefined || names.includes(scorer)) return;
  const guess = nearest(scorer, names);
  failFor([{
    path: ["gate", "scorer"],
    problem: `is no scorer of this suite: got "${scorer}"${guess ? `, did you mean "${guess}"?` : ""}`,
    remedy: guess || names.length === 0 ? undefined : `one of ${names.join(", ")}`,
  }]);
}

/** Where a scorer is written. */
interface Placed extends ReadScorer {
  readonly path: YamlPath;
}

/** What a case is before its columns are put in. */
interface Draft {
  readonly id: string;
  readonly columns: Vars;
  readonly runId?: string;
  /** From a row or a stored run: its braces are text unless they name a column. */
  readonly isOutside: boolean;
  readonly prompt: string | undefined;
  readonly scorers: readonly Placed[];
  /** In the suite. */
  readonly path: YamlPath;
  /** Where a person finds it: `cases.csv:12`. */
  readonly where: string;
}

class SuiteReader {
  readonly #path: string;
  readonly #file: CheckedYaml<SuiteFile>;
  readonly #setup: ScorerSetup;
  readonly #sources: SuiteSources;
  readonly #suiteScorers: readonly Placed[];
  readonly #versions = new Map<string, string>();
  readonly #places = new Map<string, string>();
  readonly files = new Set<string>();

  constructor(path: string, file: CheckedYaml<SuiteFile>, setup: ScorerSetup, sources: SuiteSources) {
    this.#path = path;
    this.#file = file;
    this.#setup = setup;
    this.#sources = sources;
    this.#suiteScorers = this.#written(file.data.scorers, ["scorers"]);
  }

  /** Every scorer that a case has, by name. */
  scorers(): Suite["scorers"] {
    return [...this.#versions].map(([name, version]) => ({ name, version }));
  }

  async cases(): Promise<readonly SuiteCase[]> {
    const cases: SuiteCase[] = [];
    for (const [index, entry] of this.#file.data.cases.entries()) {
      for (const draft of await this.#drafts(entry, index)) {
        if (cases.length === CASES_MAX) {
          this.#file.fail(["cases"], `are more than ${CASES_MAX}`, "limit: 1000, or several suites");
        }
        cases.push(this.#finish(draft));
      }
    }
    if (cases.length === 0) {
      this.#file.fail(["cases"], "are none: no run was found", "agentop runs, for what there is");
    }
    return cases;
  }

  async #drafts(entry: SuiteFileCase, index: number): Promise<readonly Draft[]> {
    const path = ["cases", index];
    const { data, fail } = this.#file;
    const kinds = (["file", "run", "runs"] as const).filter((key) => entry[key] !== undefined);
    if (kinds.length > 1) fail([...path, kinds[1]!], `and ${kinds[0]} cannot be in one entry`, "two entries");
    const scorers = this.#written(entry.scorers, [...path, "scorers"]);
    const common = { path, scorers };
    const given = entry.prompt ?? data.prompt;
    if (entry.file !== undefined) {
      return await this.#fromFile(entry.file, entry, { ...common, prompt: given });
    }
    if (entry.runs !== undefined) {
      const found = await this.#found(entry, path);
      return found.map((run) => ({ ...common, ...this.#ofRun(run, entry) }));
    }
    if (entry.run !== undefined) {
      const run = await this.#sources.resolveRun(entry.run).catch((error) =>
        fail([...path, "run"], oneLine(String((error as Error).message), 200))
      );
      return [{
        ...common,
        ...this.#ofRun(run, entry),
        ...(entry.id === undefined ? {} : { id: String(entry.id) }),
      }];
    }
    const id = String(entry.id ?? index + 1);
    if (data.source === "recorded") {
      fail(
        path,
        `is no stored run (case ${id}): nothing is asked with source: recorded`,
        "run: RUN, or runs: SEARCH",
      );
    }
    if (given === undefined) fail(path, `has no prompt (case ${id})`, "prompt, file, run or runs");
    const where = `${this.#path}:${this.#file.lineOf(path)}`;
    return [{ ...common, id, columns: entry.vars ?? {}, isOutside: false, prompt: given, where }];
  }

  async #fromFile(
    name: string,
    { limit, vars }: SuiteFileCase,
    common: Pick<Draft, "path" | "scorers" | "prompt">,
  ): Promise<readonly Draft[]> {
    if (this.#file.data.source === "recorded") {
      this.#file.fail(
        common.path,
        "holds no stored runs: nothing is asked with source: recorded",
        "runs: SEARCH",
      );
    }
    const path = isAbsolute(name) ? name : join(dirname(this.#path), name);
    this.files.add(path);
    const rows = await readCaseFile(path, limit);
    return rows.map(({ line, columns }, index): Draft => {
      const { id, prompt } = columns;
      const own = typeof prompt === "string" && prompt.trim() !== "" ? prompt : undefined;
      const isNamed = (typeof id === "string" && id.trim() !== "") || typeof id === "number";
      const where = `${path}:${line}`;
      if (own === undefined && common.prompt === undefined) {
        const known = Object.keys(columns);
        throw new AgentOpError(`Cannot load ${where}: case ${isNamed ? id : index + 1} has no prompt`, {
          remedy: `a column prompt, or prompt: "{{${
            known.find((it) => it !== "id") ?? "question"
          }}}" in ${this.#path}`,
        });
      }
      return {
        ...common,
        id: isNamed ? String(id) : `${basename(path, extname(path))}-${index + 1}`,
        columns: { ...vars, ...columns },
        isOutside: own !== undefined,
        prompt: own ?? common.prompt,
        where,
      };
    });
  }

  async #found(entry: SuiteFileCase, path: YamlPath): Promise<readonly Run[]> {
    const limit = Math.min(entry.limit ?? RUNS_MAX, RUNS_MAX);
    try {
      return await this.#sources.findRuns(entry.runs!, limit);
    } catch (error) {
      if (!(error instanceof AgentOpError)) throw error;
      return this.#file.fail([...path, "runs"], `is not understood: ${error.reason}`, error.remedy);
    }
  }

  #ofRun(run: Run, { vars, prompt }: SuiteFileCase): Omit<Draft, "path" | "scorers"> {
    return {
      id: run.runId,
      columns: { ...vars, prompt: run.prompt, output: run.output ?? "", agent: run.agent, model: run.model },
      runId: run.runId,
      isOutside: prompt === undefined,
      prompt: prompt ?? run.prompt,
      where: `run ${run.runId}`,
    };
  }

  #written(entries: SuiteFile["scorers"], at: YamlPath): readonly Placed[] {
    const complaints: YamlComplaint[] = [];
    const placed: Placed[] = [];
    (entries ?? []).forEach((entry, index) => {
      const path = [...at, index];
      try {
        const written = this.#setup.read(entry);
        let name = written.name;
        for (let next = 2; placed.some((it) => it.name === name); next++) name = `${written.name}-${next}`;
        placed.push({ ...written, name, path });
      } catch (error) {
        if (!(error instanceof ScorerProblem)) throw error;
        const key = typeof entry === "string" ? [] : Object.keys(entry).slice(0, 1);
        complaints.push({ path: [...path, ...key], problem: error.message, remedy: error.remedy });
      }
    });
    this.#file.failFor(complaints);
    return placed;
  }

  #finish(draft: Draft): SuiteCase {
    const { id, columns } = draft;
    const earlier = this.#places.get(id);
    if (earlier !== undefined) {
      throw new AgentOpError(
        `Cannot load ${draft.where}: case "${oneLine(id, 60)}" is there already, at ${earlier}`,
        { remedy: "another id" },
      );
    }
    this.#places.set(id, draft.where);
    const prompt = this.#prompt(draft);
    const own = new Set(draft.scorers.map((it) => it.name));
    const all = [...this.#suiteScorers.filter((it) => !own.has(it.name)), ...draft.scorers];
    const scorers = all.map((placed) => this.#scorer(placed, draft));
    return {
      id,
      prompt,
      scorers,
      vars: columns,
      ...(draft.runId === undefined ? {} : { runId: draft.runId }),
      hash: hashOf([
        prompt,
        draft.runId ?? null,
        scorers.map(({ name, kind, settings }) => [name, kind, settings ?? null]),
      ]),
    };
  }

  /** What comes from outside is text, unless all of its braces name columns. */
  #prompt({ prompt, columns, isOutside, ...draft }: Draft): string {
    try {
      return fillIn(prompt!, columns);
    } catch (error) {
      if (isOutside) return prompt!;
      return this.#refuse([...draft.path, "prompt"], draft, error);
    }
  }

  /** Set up once, so that what is wrong is known before anything runs. */
  #scorer(placed: Placed, draft: Draft): ReadScorer {
    const path = [...placed.path, placed.kind];
    try {
      const filled = this.#setup.fill(placed, draft.columns);
      const { version } = this.#setup.create(filled);
      if (!this.#versions.has(placed.name)) this.#versions.set(placed.name, version);
      return filled;
    } catch (error) {
      if (error instanceof ScorerProblem && !hasColumns(placed)) {
        return this.#file.fail(path, error.message, error.remedy);
      }
      return this.#refuse(path, draft, error);
    }
  }

  /** What is wrong with one case, at the place in the suite that makes it so. */
  #refuse(path: YamlPath, { id, where }: Pick<Draft, "id" | "where">, error: unknown): never {
    if (!(error instanceof AgentOpError || error instanceof ScorerProblem)) throw error;
    const reason = error instanceof AgentOpError
      ? error.reason.replace(
        /^Cannot fill in (.*): there is no such column$/,
        "uses $1, a column that is missing",
      )
      : error.message;
    return this.#file.fail(path, `${reason} (case "${oneLine(id, 60)}", ${where})`, error.remedy);
  }
}
