import type { Document, LineCounter } from "yaml";
import type { z } from "zod";
import { AgentOpError, messageOf } from "./errors.ts";
import { nearest, oneLine } from "./text.ts";

const FILE_MAX_CHARS = 1_000_000;
const ALIASES_MAX = 100;
const MESSAGE_MAX_CHARS = 300;

/** The parser, loaded on the first use. */
export const loadYaml = () => import("./yaml.ts");

export type YamlPath = readonly PropertyKey[];

/** A YAML (or JSON) file that fits its schema, and the way to complain about a place in it. */
export interface CheckedYaml<T> {
  readonly data: T;
  /** Throws `Cannot load FILE:LINE: PATH PROBLEM.` */
  fail(path: YamlPath, problem: string): never;
}

/**
 * Reads YAML from outside against a schema. Schema messages continue the path of what is wrong, like `must be a positive
 * integer`; the value found is added. Throws an `AgentOpError` of one line with file, line and, for unknown keys, the nearest
 * known one.
 */
export async function parseCheckedYaml<S extends z.ZodType>(
  text: string,
  path: string,
  schema: S,
  options: { readonly keys?: (path: YamlPath) => readonly string[] } = {},
): Promise<CheckedYaml<z.output<S>>> {
  const failAt = (line: number, problem: string): never => {
    const reason = oneLine(problem, MESSAGE_MAX_CHARS).replace(/\.$/, "");
    throw new AgentOpError(`Cannot load ${path}:${line}: ${reason}${reason.endsWith("?") ? "" : "."}`);
  };
  if (text.length > FILE_MAX_CHARS) failAt(1, `the file is longer than ${FILE_MAX_CHARS} characters`);
  const { LineCounter, parseDocument } = await loadYaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) failAt(lines.linePos(error.pos[0]).line, `this is not YAML: ${error.message}`);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (cause) {
    failAt(1, messageOf(cause));
  }
  const fail = (at: YamlPath, problem: string) =>
    failAt(lineOf(document, lines, at), `${nameOf(at)} ${problem}`);
  const result = schema.safeParse(value);
  if (result.success) return { data: result.data, fail };
  const issue = deepest(result.error.issues[0]!);
  const unknown = issue.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  if (unknown !== undefined) {
    const guess = nearest(unknown, options.keys?.(issue.path) ?? []);
    return fail([...issue.path, unknown], `is not a known key${guess ? `: did you mean "${guess}"?` : ""}`);
  }
  const got = valueAt(value, issue.path);
  return fail(issue.path, got === undefined ? "is missing" : `${issue.message}: got ${JSON.stringify(got)}`);
}

/** Inside a union, the branch that came furthest says what is wrong. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== "invalid_union") return issue;
  const inner = issue.errors.flat().sort((a, b) => b.path.length - a.path.length)[0];
  return inner && inner.path.length > 0 ? { ...deepest(inner), path: [...issue.path, ...inner.path] } : issue;
}

function nameOf(path: YamlPath): string {
  if (path.length === 0) return "the file";
  return path.map((key) => typeof key === "number" ? `[${key}]` : `.${String(key)}`).join("").replace(
    /^\./,
    "",
  );
}

function valueAt(value: unknown, path: YamlPath): unknown {
  let inner = value;
  for (const key of path) {
    if (inner === null || typeof inner !== "object" || !Object.hasOwn(inner, key)) return undefined;
    inner = (inner as Record<PropertyKey, unknown>)[key];
  }
  return inner;
}

/** The line of the innermost node on the path that exists, from 1. */
function lineOf(document: Document, lines: LineCounter, path: YamlPath): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const pair = (parent as { items?: readonly unknown[] } | null)?.items?.find((item) =>
      (item as { key?: { value?: unknown } })?.key?.value === path[length - 1]
    ) as { key: { range?: readonly number[] } } | undefined;
    const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined;
    const range = pair?.key.range ?? node?.range;
    if (range) return lines.linePos(range[0]!).line;
  }
  return 1;
}
