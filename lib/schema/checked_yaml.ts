import type { Document, LineCounter } from "yaml";
import type { z } from "zod";
import { AgentOpError, messageOf } from "../core/mod.ts";
import { nearest, oneLine } from "../core/mod.ts";
import { keysAt } from "./keys_at.ts";

const FILE_MAX_CHARS = 1_000_000;
const ALIASES_MAX = 100;
const MESSAGE_MAX_CHARS = 300;
/** Of the value that does not fit. */
const GOT_MAX_CHARS = 120;

/** The parser, loaded on the first use. */
export const loadYaml = () => import("./yaml.ts");

export type YamlPath = readonly PropertyKey[];

/** A YAML (or JSON) file that fits its schema, and the way to complain about a place in it. */
export interface CheckedYaml<T> {
  readonly data: T;
  /** Throws `Cannot load FILE:LINE: PATH PROBLEM.` */
  fail(path: YamlPath, problem: string, remedy?: string): never;
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
): Promise<CheckedYaml<z.output<S>>> {
  const { LineCounter, parseDocument } = await loadYaml();
  const file = new YamlFile(path, new LineCounter());
  file.checkLength(text);
  const document = parseDocument(text, { lineCounter: file.lines, prettyErrors: false });
  return file.check(document, file.valueOf(document), schema);
}

/** The same for a file of several documents, separated by `---`; empty ones are left out. */
export async function parseCheckedYamlDocuments<S extends z.ZodType>(
  text: string,
  path: string,
  schema: S,
): Promise<readonly CheckedYaml<z.output<S>>[]> {
  const { LineCounter, parseAllDocuments } = await loadYaml();
  const file = new YamlFile(path, new LineCounter());
  file.checkLength(text);
  const documents = parseAllDocuments(text, { lineCounter: file.lines, prettyErrors: false });
  const checked: CheckedYaml<z.output<S>>[] = [];
  for (const document of Array.isArray(documents) ? documents : []) {
    const value = file.valueOf(document);
    if (value !== null && value !== undefined) checked.push(file.check(document, value, schema));
  }
  return checked;
}

class YamlFile {
  readonly #path: string;
  readonly lines: LineCounter;

  constructor(path: string, lines: LineCounter) {
    this.#path = path;
    this.lines = lines;
  }

  checkLength(text: string): void {
    if (text.length > FILE_MAX_CHARS) this.#fail(1, `the file is longer than ${FILE_MAX_CHARS} characters`);
  }

  /** What the document holds. Throws when it is not YAML. */
  valueOf(document: Document): unknown {
    const [error] = document.errors;
    if (error) this.#fail(this.lines.linePos(error.pos[0]).line, `this is not YAML: ${error.message}`);
    try {
      return document.toJS({ maxAliasCount: ALIASES_MAX });
    } catch (cause) {
      return this.#fail(1, `this is not YAML: ${messageOf(cause)}`);
    }
  }

  check<S extends z.ZodType>(
    document: Document,
    value: unknown,
    schema: S,
  ): CheckedYaml<z.output<S>> {
    const fail = (at: YamlPath, problem: string, remedy?: string) =>
      this.#fail(lineOf(document, this.lines, at), `${describePath(at)} ${problem}`, remedy);
    const result = schema.safeParse(value);
    if (result.success) return { data: result.data, fail };
    const issue = deepest(result.error.issues[0]!);
    const unknown = issue.code === "unrecognized_keys" ? issue.keys[0] : undefined;
    if (unknown !== undefined) {
      const guess = nearest(unknown, keysAt(schema, issue.path));
      return fail([...issue.path, unknown], `is not a known key${guess ? `: did you mean "${guess}"?` : ""}`);
    }
    const got = valueAt(value, issue.path);
    return fail(
      issue.path,
      got === undefined
        ? "is missing"
        : `${demandOf(issue)}: got ${oneLine(JSON.stringify(got), GOT_MAX_CHARS)}`,
    );
  }

  #fail(line: number, problem: string, remedy?: string): never {
    const reason = oneLine(problem, MESSAGE_MAX_CHARS).replace(/\.$/, "");
    const end = remedy !== undefined || reason.endsWith("?") ? "" : ".";
    throw new AgentOpError(`Cannot load ${this.#path}:${line}: ${reason}${end}`, { remedy });
  }
}

/** What the schema wants, in words that continue a path. A schema's own message is such words already. */
function demandOf(issue: z.core.$ZodIssue): string {
  if (!/^(Invalid|Too) /.test(issue.message)) return issue.message;
  const isLength = "origin" in issue && (issue.origin === "array" || issue.origin === "string");
  switch (issue.code) {
    case "invalid_type":
      return `must be ${/^[aeiou]/.test(issue.expected) ? "an" : "a"} ${issue.expected}`;
    case "too_small":
      return isLength
        ? "must not be empty"
        : `must be ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`;
    case "too_big":
      return isLength ? `must not be longer than ${issue.maximum}` : `must be at most ${issue.maximum}`;
    case "invalid_value":
      return `must be ${issue.values.map(String).join(" or ")}`;
    case "invalid_union":
      return "has the wrong type";
    default:
      return issue.message;
  }
}

/** Inside a union, the branch that came furthest says what is wrong. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== "invalid_union") return issue;
  const inner = issue.errors.flat().sort((a, b) => b.path.length - a.path.length)[0];
  return inner && inner.path.length > 0 ? { ...deepest(inner), path: [...issue.path, ...inner.path] } : issue;
}

/** `steps[0].text`; `the file` for the root. */
export function describePath(path: YamlPath): string {
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
  const whole = document.contents?.range;
  return whole ? lines.linePos(whole[0]).line : 1;
}
