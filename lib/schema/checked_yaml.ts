import type { Document, LineCounter } from "yaml";
import type { z } from "zod";
import { AgentOpError, messageOf, nearest, oneLine, sentenceOf } from "../core/mod.ts";
import { demandOf } from "./demand.ts";
import { keysAt } from "./keys_at.ts";
import { withoutEmpty } from "./left_out.ts";
import type { YamlProblem, YamlSource } from "./yaml_problem.ts";

const FILE_MAX_CHARS = 1_000_000;
const ALIASES_MAX = 100;
const MESSAGE_MAX_CHARS = 300;
/** Room for all keys that a map may have. */
const REMEDY_MAX_CHARS = 600;
/** Of the value that does not fit. */
const GOT_MAX_CHARS = 120;
const KEYS_LISTED_MAX = 16;
/** Looked for in a file: each is. */
const COMPLAINTS_MAX = 100;
/** Open at a time: no file of ours needs so many, and no text in one has them by chance. */
const BRACKETS_MAX = 500;
/** Lists in lists, on one line. */
const DASHES_IN_A_ROW = /^[ \t]*(?:[-?:][ \t]+){64}/m;
/** Told of one file. */
const PROBLEMS_MAX = 10;

/** The parser, loaded on the first use. */
export const loadYaml = () => import("./yaml.ts");

/** The parser, and the words for what is wrong, which are needed with it alone. */
async function loadParser() {
  const [yaml, problems] = await Promise.all([loadYaml(), import("./yaml_problem.ts")]);
  return { ...yaml, ...problems };
}

type Parser = Awaited<ReturnType<typeof loadParser>>;

export type YamlPath = readonly PropertyKey[];

/** One thing that is wrong at a place of a file; `problem` continues the path. */
export interface YamlComplaint {
  readonly path: YamlPath;
  readonly problem: string;
  readonly remedy?: string | undefined;
}

/** A YAML (or JSON) file that fits its schema, and the way to complain about a place in it. */
export interface CheckedYaml<T> {
  readonly data: T;
  /** Throws `Cannot load FILE:LINE: PATH PROBLEM.` */
  fail(path: YamlPath, problem: string, remedy?: string): never;
  /** The same for several, if there are any; the first in the file is the message. */
  failFor(complaints: readonly YamlComplaint[]): void;
  /** The line of a place, from 1. */
  lineOf(path: YamlPath): number;
}

export interface YamlOptions {
  /** What a small file of this kind says, for one that says nothing. */
  readonly example?: string;
}

/** A file that cannot be used: its message tells the first thing wrong, `others` the rest in the same words. */
export class FileError extends AgentOpError {
  /** From 1. */
  readonly line: number;
  readonly others: readonly string[];

  constructor(
    reason: string,
    data: { remedy?: string | undefined; line: number; others: readonly string[] },
  ) {
    super(reason, { remedy: data.remedy });
    this.line = data.line;
    this.others = data.others;
  }
}

/**
 * Reads YAML from outside against a schema. Schema messages continue the path of what is wrong, like `must be a positive
 * integer`; the value found is added. Keys that stand there empty are left out. Throws a `FileError` of one line with file, line
 * and, for unknown keys, the nearest known one.
 */
export async function parseCheckedYaml<S extends z.ZodType>(
  text: string,
  path: string,
  schema: S,
  { example }: YamlOptions = {},
): Promise<CheckedYaml<z.output<S>>> {
  const yaml = await loadParser();
  const file = new YamlFile(path, text, yaml, example);
  const document = file.parsed(() => yaml.parseDocument(file.text, file.options));
  return file.check(document, file.valueOf(document), schema);
}

/** The same for a file of several documents, separated by `---`; empty ones are left out. */
export async function parseCheckedYamlDocuments<S extends z.ZodType>(
  text: string,
  path: string,
  schema: S,
  { example }: YamlOptions = {},
): Promise<readonly CheckedYaml<z.output<S>>[]> {
  const yaml = await loadParser();
  const file = new YamlFile(path, text, yaml, example);
  const documents = file.parsed(() => yaml.parseAllDocuments(file.text, file.options));
  const checked: CheckedYaml<z.output<S>>[] = [];
  for (const document of Array.isArray(documents) ? documents : []) {
    const value = file.valueOf(document);
    if (value !== null && value !== undefined) checked.push(file.check(document, value, schema));
  }
  return checked;
}

class YamlFile {
  readonly #path: string;
  readonly #yaml: Parser;
  readonly #lines: LineCounter;
  readonly #example: string | undefined;
  /** With line feeds alone: other systems end lines otherwise. */
  readonly text: string;

  constructor(path: string, text: string, yaml: Parser, example?: string) {
    this.#example = example;
    this.#path = path;
    this.#yaml = yaml;
    this.#lines = new yaml.LineCounter();
    this.text = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
    if (text.length > FILE_MAX_CHARS) {
      this.#fail([{
        line: 1,
        problem: `the file is longer than ${FILE_MAX_CHARS} characters`,
        remedy: "a smaller file",
      }]);
    }
  }

  get options() {
    return { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: false };
  }

  /** The parser goes down into what is nested, slowly, until there is no stack left. */
  parsed<T>(parse: () => T): T {
    const tooDeep = { line: 1, problem: "lists or maps are nested too deeply" };
    if (openBrackets(this.text) > BRACKETS_MAX || DASHES_IN_A_ROW.test(this.text)) this.#fail([tooDeep]);
    try {
      return parse();
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      return this.#fail([tooDeep]);
    }
  }

  /** What the document holds. Throws when it is not YAML. */
  valueOf(document: Document): unknown {
    const source: YamlSource = {
      document,
      text: this.text,
      lineAt: (offset) => this.#lines.linePos(offset).line,
      yaml: this.#yaml,
    };
    const [error] = document.errors;
    if (error) this.#fail([this.#yaml.syntaxProblem(error, source)]);
    const odd = this.#yaml.structureProblem(source);
    if (odd) this.#fail([odd]);
    try {
      return document.toJS({ maxAliasCount: ALIASES_MAX });
    } catch (cause) {
      const line = /\*[^\s*]/.exec(this.text)?.index ?? 0;
      return this.#fail([
        /alias/i.test(messageOf(cause))
          ? {
            line: source.lineAt(line),
            problem: "references (*name) to other references make it too large",
            remedy: "the values written out",
          }
          : { line: 1, problem: `this is not YAML: ${messageOf(cause)}` },
      ]);
    }
  }

  check<S extends z.ZodType>(
    document: Document,
    value: unknown,
    schema: S,
  ): CheckedYaml<z.output<S>> {
    if (value === null || value === undefined) {
      const problem = this.text.trim() === "" ? "the file is empty" : "the file holds comments only";
      this.#fail([{ line: 1, problem, ...(this.#example ? { remedy: this.#example } : {}) }]);
    }
    const lineOf = (at: YamlPath) => lineOfPath(document, this.#lines, at);
    const failFor = (complaints: readonly YamlComplaint[]) => {
      if (complaints.length === 0) return;
      this.#fail(
        complaints.slice(0, COMPLAINTS_MAX).map(({ path, problem, remedy }) => ({
          line: lineOf(path),
          problem: `${describePath(path)} ${problem}`,
          ...(remedy === undefined ? {} : { remedy }),
        })),
      );
    };
    const result = schema.safeParse(withoutEmpty(schema, value));
    if (!result.success) {
      failFor(
        unknownFirst(result.error.issues).flatMap((issue) =>
          this.#complaintsOf(issue, document, value, schema)
        ),
      );
    }
    return {
      data: result.data as z.output<S>,
      fail: (path, problem, remedy) => failFor([{ path, problem, remedy }]) as never,
      failFor,
      lineOf,
    };
  }

  #complaintsOf(
    outer: z.core.$ZodIssue,
    document: Document,
    value: unknown,
    schema: z.ZodType,
  ): readonly YamlComplaint[] {
    const issue = deepest(outer);
    const { path } = issue;
    if (issue.code === "unrecognized_keys") {
      const known = keysAt(schema, path);
      return issue.keys.slice(0, COMPLAINTS_MAX).map((key) => {
        const guess = nearest(key, known);
        return {
          path: [...path, key],
          problem: `is not a known key${guess ? `: did you mean "${guess}"?` : ""}`,
          remedy: guess || known.length === 0 ? undefined : `one of ${listed(known)}`,
        };
      });
    }
    const got = valueAt(value, path);
    if (got === undefined) return [{ path, problem: "is missing" }];
    if (got === null) return [{ path, problem: "has no value", remedy: "a value, or remove the line" }];
    return [{
      path,
      problem: `${demandOf(issue)}: got ${this.#shown(got, document, path)}`,
      remedy: path.length === 0
        ? this.#example
        : this.#continued(document, path) ?? rightShape(issue, got, keysAt(schema, path)),
    }];
  }

  /** A number as it is written: `.inf` and figures too long for a number are no JSON. */
  #shown(value: unknown, document: Document, path: YamlPath): string {
    const node = document.getIn(path, true);
    const written = typeof value === "number" && this.#yaml.isScalar(node) ? node.source : undefined;
    return oneLine(written ?? JSON.stringify(value), GOT_MAX_CHARS);
  }

  /** A value without quotes goes on over every line that is indented deeper, which is easily overlooked. */
  #continued(document: Document, path: YamlPath): string | undefined {
    const node = document.getIn(path, true);
    if (!this.#yaml.isScalar(node) || node.type !== "PLAIN" || !node.range) return undefined;
    const [first, last] = [node.range[0], node.range[1]].map((at) => this.#lines.linePos(at).line);
    return first === last
      ? undefined
      : `line ${last} indented like line ${first}: deeper, it goes on with its value`;
  }

  #fail(problems: readonly YamlProblem[]): never {
    const [first, ...others] = [...problems].sort((a, b) => a.line - b.line).slice(0, PROBLEMS_MAX).map((
      it,
    ) => this.#sentence(it));
    throw new FileError(first!.reason, {
      remedy: first!.remedy,
      line: first!.line,
      others: others.map(({ line, text, remedy }) =>
        sentenceOf({ message: `line ${line}: ${text}`, remedy })
      ),
    });
  }

  #sentence({ line, problem, remedy: helps }: YamlProblem) {
    const remedy = helps === undefined ? undefined : oneLine(helps, REMEDY_MAX_CHARS);
    const text = oneLine(problem, MESSAGE_MAX_CHARS).replace(/\.$/, "");
    const end = remedy !== undefined || text.endsWith("?") ? "" : ".";
    return { line, remedy, text, reason: `Cannot load ${this.#path}:${line}: ${text}${end}` };
  }
}

/** The most brackets that are open at a time, whatever they stand in. */
function openBrackets(text: string): number {
  let [open, most] = [0, 0];
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    open = bracket === "[" || bracket === "{" ? open + 1 : Math.max(0, open - 1);
    most = Math.max(most, open);
  }
  return most;
}

/** How a list or a map is written, where something else stands in its place. */
function rightShape(issue: z.core.$ZodIssue, got: unknown, keys: readonly string[]): string | undefined {
  if (issue.code !== "invalid_type") return undefined;
  const key = String(issue.path.findLast((it) => typeof it === "string") ?? "key");
  if (issue.expected === "array") {
    return typeof got === "string" && got.length <= KEYS_LISTED_MAX * 4 && !/[:,[\]{}#]/.test(got)
      ? `${key}: [${got}]`
      : "a list: one entry a line, each after a dash";
  }
  return issue.expected === "object" && keys.length > 0 ? `a map with ${listed(keys)}` : undefined;
}

/** A key that is misspelt is also one that is missing: it is told of as the former. */
export function unknownFirst(issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  const isUnknown = (issue: z.core.$ZodIssue) => issue.code === "unrecognized_keys";
  return [...issues.filter(isUnknown), ...issues.filter((issue) => !isUnknown(issue))];
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

function listed(keys: readonly string[]): string {
  return keys.length > KEYS_LISTED_MAX ? `${keys.slice(0, KEYS_LISTED_MAX).join(", ")}, …` : keys.join(", ");
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
function lineOfPath(document: Document, lines: LineCounter, path: YamlPath): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const pair = (parent as { items?: readonly unknown[] } | null)?.items?.find((item) => {
      const key = (item as { key?: { value?: unknown } } | null)?.key;
      return key != null && String(key.value) === String(path[length - 1]);
    }) as { key: { range?: readonly number[] } } | undefined;
    const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined;
    const range = pair?.key.range ?? node?.range;
    if (range) return lines.linePos(range[0]!).line;
  }
  const whole = document.contents?.range;
  return whole ? lines.linePos(whole[0]).line : 1;
}
