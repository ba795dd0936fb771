import type { Document, LineCounter } from "yaml";
import type { core } from "zod";
import { AgentOpError, loadYaml, messageOf } from "../core/mod.ts";
import type { Scenario } from "./scenario.ts";
import { describePath, type ScenarioPath, scenarioProblems } from "./scenario_check.ts";

const MAX_FILE_BYTES = 1_000_000;
const MAX_FILES = 1000;
const MAX_SHOWN = 60;

/**
 * Reads scenarios from YAML files and from the `.yaml` and `.yml` files of folders, in that order and by name. A file may hold
 * several, separated by `---`. Throws `AgentOpError` with file and line for the first thing wrong.
 */
export async function loadScenarios(paths: readonly string[]): Promise<readonly Scenario[]> {
  const files: string[] = [];
  for (const path of paths) files.push(...await filesAt(path));
  if (files.length > MAX_FILES) {
    throw new AgentOpError(
      `Cannot load scenarios: more than ${MAX_FILES} files: got ${files.length}. Try: a smaller folder`,
    );
  }
  const scenarios: Scenario[] = [];
  for (const file of files) {
    const { size } = await Deno.stat(file);
    if (size > MAX_FILE_BYTES) {
      throw new AgentOpError(
        `Cannot load ${file}: larger than ${MAX_FILE_BYTES} bytes: got ${size}. Try: several files`,
      );
    }
    scenarios.push(...await parseScenarios(await Deno.readTextFile(file), file));
  }
  return scenarios;
}

/** The scenarios in a YAML text. `file` is for messages. Throws `AgentOpError` with the line of the first thing wrong. */
export async function parseScenarios(text: string, file: string): Promise<readonly Scenario[]> {
  const { parseAllDocuments, LineCounter } = await loadYaml();
  const { scenarioSchema } = await import("./scenario_schema.ts");
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const documents: readonly Document.Parsed[] = Array.isArray(parsed) ? parsed : [];
  const scenarios: Scenario[] = [];
  for (const document of documents) {
    const fail = (line: number, reason: string) => {
      throw new AgentOpError(`Cannot load ${file}:${line}: ${reason}`);
    };
    const [broken] = document.errors;
    if (broken) fail(lines.linePos(broken.pos[0]).line, `not YAML: ${broken.message.split("\n")[0]}`);
    const value = toValue(document, fail);
    if (value === null || value === undefined) continue; // an empty document
    const result = scenarioSchema.safeParse(value);
    if (!result.success) {
      const { path, reason } = describeIssue(result.error.issues[0]!, value);
      fail(lineOf(document, lines, path), reason);
    }
    const scenario = result.data as unknown as Scenario;
    const [problem] = scenarioProblems(scenario);
    if (problem) {
      fail(lineOf(document, lines, problem.path), `${describePath(problem.path)} ${problem.reason}.`);
    }
    scenarios.push(scenario);
  }
  if (scenarios.length === 0) {
    throw new AgentOpError(
      `Cannot load ${file}: it holds no scenario. Try: a file with name and steps`,
    );
  }
  return scenarios;
}

async function filesAt(path: string): Promise<readonly string[]> {
  try {
    const info = await Deno.stat(path);
    if (!info.isDirectory) return [path];
    const names: string[] = [];
    for await (const entry of Deno.readDir(path)) if (/\.ya?ml$/.test(entry.name)) names.push(entry.name);
    return names.sort().map((name) => `${path.replace(/\/+$/, "")}/${name}`);
  } catch (error) {
    throw new AgentOpError(`Cannot load scenarios from ${path}: ${messageOf(error)}. Try: check the path`, {
      cause: error,
    });
  }
}

function toValue(document: Document.Parsed, fail: (line: number, reason: string) => void): unknown {
  try {
    return document.toJS();
  } catch (error) {
    fail(1, `not YAML: ${messageOf(error)}`);
  }
}

/** The line of the value at a path, or of the nearest thing around it that exists. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: ScenarioPath): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range = (node as { range?: readonly number[] | null } | null | undefined)?.range;
    if (range) return lines.linePos(range[0]!).line;
  }
  return 1;
}

function describeIssue(issue: core.$ZodIssue, root: unknown): { path: ScenarioPath; reason: string } {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  const where = path.length === 0 ? "the scenario" : describePath(path);
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    return { path: [...path, key], reason: `unknown field "${key}" in ${where}.` };
  }
  const value = path.reduce<unknown>(
    (inner, part) => (inner as Record<string | number, unknown> | undefined)?.[part],
    root,
  );
  if (value === undefined) return { path, reason: `${where} is missing.` };
  return { path, reason: `${where} ${demand(issue)}: got ${shown(value)}.` };
}

function demand(issue: core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
    case "too_small":
      return issue.origin === "array" || issue.origin === "string"
        ? "must not be empty"
        : `must be ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`;
    case "too_big":
      return issue.origin === "array" || issue.origin === "string"
        ? `must not be longer than ${issue.maximum}`
        : `must be at most ${issue.maximum}`;
    case "invalid_value":
      return `must be ${issue.values.map(String).join(" or ")}`;
    case "invalid_union":
      return "has the wrong type";
    default:
      return issue.message;
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
