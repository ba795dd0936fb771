import { AgentOpError, reasonOf } from "../core/mod.ts";
import { parseCheckedYamlDocuments, readTextFile } from "../schema/mod.ts";
import type { Scenario } from "./scenario.ts";
import { scenarioProblems } from "./scenario_check.ts";

const MAX_FILE_BYTES = 1_000_000;
const MAX_FILES = 1000;
const EXAMPLE = "name: hello, and below it steps: [{ text: Hi }]";

/**
 * Reads scenarios from YAML files and from the `.yaml` and `.yml` files of folders, in that order and by name. A file may hold
 * several, separated by `---`. Throws `AgentOpError` with file and line for the first thing wrong.
 */
export async function loadScenarios(paths: readonly string[]): Promise<readonly Scenario[]> {
  const files: string[] = [];
  for (const path of paths) files.push(...await filesAt(path));
  if (files.length > MAX_FILES) {
    throw new AgentOpError(`Cannot load scenarios: more than ${MAX_FILES} files: got ${files.length}`, {
      remedy: "a smaller folder",
    });
  }
  const scenarios: Scenario[] = [];
  for (const file of files) {
    const text = await readTextFile(file, { maxBytes: MAX_FILE_BYTES });
    scenarios.push(...await parseScenarios(text, file));
  }
  return scenarios;
}

/** The scenarios in a YAML text. `file` is for messages. Throws `AgentOpError` with the line of the first thing wrong. */
export async function parseScenarios(text: string, file: string): Promise<readonly Scenario[]> {
  const { scenarioSchema } = await import("./scenario_schema.ts");
  const documents = await parseCheckedYamlDocuments(text, file, scenarioSchema, { example: EXAMPLE });
  if (documents.length === 0) {
    throw new AgentOpError(`Cannot load ${file}: it holds no scenario`, {
      remedy: EXAMPLE,
    });
  }
  return documents.map(({ data, fail }) => {
    const [problem] = scenarioProblems(data);
    if (problem) fail(problem.path, problem.reason, problem.remedy);
    return data;
  });
}

async function filesAt(path: string): Promise<readonly string[]> {
  try {
    const info = await Deno.stat(path);
    if (!info.isDirectory) return [path];
    const names: string[] = [];
    for await (const entry of Deno.readDir(path)) if (/\.ya?ml$/i.test(entry.name)) names.push(entry.name);
    return names.sort().map((name) => `${path.replace(/\/+$/, "")}/${name}`);
  } catch (error) {
    throw new AgentOpError(`Cannot load scenarios from ${path}: ${reasonOf(error)}`, {
      remedy: "check the path",
      cause: error,
    });
  }
}
