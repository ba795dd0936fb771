import type { Document, Node, Pair, YAMLError } from "yaml";
import { oneLine } from "../core/mod.ts";

/** What is wrong with a YAML text, where, and what helps. */
export interface YamlProblem {
  /** From 1. */
  readonly line: number;
  readonly problem: string;
  readonly remedy?: string;
}

/** Of a text quoted from the file. */
const QUOTED_MAX_CHARS = 60;
const KEY_LINE = /^(\s*(?:- +)*)([^\s#:'"[{][^:]*?) *: +(.*)$/;

type Loaded = typeof import("./yaml.ts");

/** The YAML of one file, as problems are told of it. */
export interface YamlSource {
  readonly document: Document;
  readonly text: string;
  lineAt(offset: number): number;
  readonly yaml: Loaded;
}

/** The parser's error in words for people. They are told by where the mistake is, which often is not where the parser noticed. */
export function syntaxProblem(error: YAMLError, source: YamlSource): YamlProblem {
  const line = source.lineAt(error.pos[0]);
  if (/^ *\t\s*\S/.test(lineText(source, line))) return tabbed(line);
  return TELL[error.code]?.(error, line, source) ?? otherwise(error, line);
}

type Tell = (error: YAMLError, line: number, source: YamlSource) => YamlProblem | undefined;

const TELL: Readonly<Record<string, Tell | undefined>> = {
  BLOCK_AS_IMPLICIT_KEY: misplacedKey,
  MULTILINE_IMPLICIT_KEY: misplacedKey,
  MISSING_CHAR: (error, line, source) => {
    if (/Missing closing/.test(error.message)) return openQuote(line, source);
    if (/Implicit map keys|Sequence item without/.test(error.message)) return withoutColon(line, source);
    return undefined;
  },
  BAD_INDENT: (error, line, source) =>
    /^Flow/.test(error.message) ? openBracket(line, source) : {
      line,
      problem: "this line is indented unlike the lines it belongs to",
      remedy: "the same number of blanks before all keys, or all dashes, of one list",
    },
  TAB_AS_INDENT: (_, line) => tabbed(line),
  MULTIPLE_DOCS: (_, line) => ({
    line,
    problem: "a second document begins here, and this file can hold only one",
    remedy: "a file for each, or no --- line",
  }),
  BAD_SCALAR_START: ({ message }, line, source) => ({
    line,
    problem: `a value cannot begin with ${message.at(-1)}`,
    ...quoted(lineText(source, line)),
  }),
  BAD_DQ_ESCAPE: ({ message }, line) => ({
    line,
    problem: `${message.replace(/^.* /, "")} means nothing between double quotes`,
    remedy: "single quotes, or two backslashes",
  }),
  BAD_ALIAS: (_, line) => ({
    line,
    problem: "a value that begins with * or & refers to another, and nothing is named here",
    remedy: "quotes around the value",
  }),
  UNEXPECTED_TOKEN: unexpected,
  RESOURCE_EXHAUSTION: (_, line) => ({ line, problem: "lists or maps are nested too deeply" }),
};

function otherwise(error: YAMLError, line: number): YamlProblem {
  return { line, problem: `this is not YAML: ${error.message.replace(/\.$/, "")}` };
}

function tabbed(line: number): YamlProblem {
  return {
    line,
    problem: "a tab indents this line, and YAML takes blanks only",
    remedy: "two blanks for each tab",
  };
}

/** `key: text: more`, or a line that is indented deeper than the value above it allows. */
function misplacedKey(_: YAMLError, line: number, source: YamlSource): YamlProblem | undefined {
  const text = lineText(source, line);
  const [, indent = "", key, value = ""] = KEY_LINE.exec(text) ?? [];
  if (key !== undefined && /: |:$/.test(value)) {
    return {
      line,
      problem: `the text after "${short(key)}:" holds a second ": "`,
      ...quoted(text),
    };
  }
  if (key === undefined) return withoutColon(line, source);
  const below = nextLine(source, line);
  if (below === undefined || below.indent <= indent.length) return undefined;
  return {
    line: below.line,
    problem: `this line is indented deeper than line ${line}, which has its value already`,
    remedy: `the indentation of line ${line}; for a text of several lines, "${
      short(key)
    }: |" and the text below it`,
  };
}

function withoutColon(line: number, source: YamlSource): YamlProblem {
  const text = short(lineText(source, line).trim());
  if (/^- /.test(text)) {
    return {
      line,
      problem: "this dash is indented unlike those of its list",
      remedy: "the same number of blanks before each dash",
    };
  }
  const missesBlank = /^[^\s:"']+:\S/.test(text);
  return {
    line,
    problem: missesBlank ? `"${text}" has no blank after its colon` : `"${text}" is no "key: value"`,
    remedy: missesBlank
      ? text.replace(":", ": ")
      : 'a colon and a blank after the key; for a text of several lines, "key: |" and the text indented below it',
  };
}

function openQuote(line: number, source: YamlSource): YamlProblem {
  const start = lastStart(source, (node) => source.yaml.isScalar(node) && /^QUOTE/.test(String(node.type)));
  const at = start ?? line;
  return { line: at, problem: "a quote opens here and is never closed", remedy: "the same quote at its end" };
}

function openBracket(line: number, source: YamlSource): YamlProblem {
  let opening = "[ or {";
  const start = lastStart(source, (node) => {
    if (!source.yaml.isCollection(node) || !node.flow || !node.range) return false;
    const isClosed = /[\]}]/.test(source.text[node.range[1] - 1] ?? "");
    if (!isClosed) opening = source.text[node.range[0]] ?? opening;
    return !isClosed;
  });
  return {
    line: start ?? line,
    problem: `${opening} opens here and is never closed`,
    remedy: opening === "{"
      ? "} at its end"
      : opening === "["
      ? "] at its end"
      : "its counterpart at its end",
  };
}

function unexpected({ message }: YAMLError, line: number, source: YamlSource): YamlProblem {
  const text = lineText(source, line);
  if (/same line with key/.test(message)) {
    return {
      line,
      problem: "a list cannot begin on the line of its key",
      remedy: "each - on a line of its own, indented",
    };
  }
  if (/Block scalar header/.test(message)) {
    return {
      line,
      problem: "the text begins on the line of its |",
      remedy: "the text on the next line, indented",
    };
  }
  const [, , key, value = ""] = KEY_LINE.exec(text) ?? [];
  if (key !== undefined && /^["'[{*]/.test(value)) {
    return {
      line,
      problem: `the value of "${short(key)}" goes on after its end`,
      ...(/^["'*]/.test(value) ? quoted(text) : { remedy: "quotes around the whole value, if it is a text" }),
    };
  }
  return {
    line,
    problem: `"${short(text.trim())}" does not fit here`,
    remedy: "quotes around it, if it is a text",
  };
}

/** The line as it would be right with its value in quotes, where that is short enough to read. */
function quoted(text: string): { readonly remedy: string } {
  const [, , key, value = ""] = KEY_LINE.exec(text) ?? [];
  const whole = value.trim();
  if (key === undefined || whole === "" || whole.length > QUOTED_MAX_CHARS) {
    return { remedy: "quotes around the text" };
  }
  if (!/["\\]/.test(whole)) return { remedy: `${key}: "${whole}"` };
  return {
    remedy: whole.includes("'")
      ? `"${short(key)}: |" and the text on the next line, indented`
      : `${key}: '${whole}'`,
  };
}

/** What the parser takes and a person hardly meant: unknown tags, keys that are no words, keys twice, references that lead nowhere. */
export function structureProblem(source: YamlSource): YamlProblem | undefined {
  const { document, yaml } = source;
  const anchors = new Set<string>();
  let found: YamlProblem | undefined;
  const stop = (offset: number | undefined, problem: string, remedy?: string) => {
    found = { line: source.lineAt(offset ?? 0), problem, ...(remedy === undefined ? {} : { remedy }) };
    return yaml.visit.BREAK;
  };
  const [warning] = document.warnings;
  if (warning?.code === "TAG_RESOLVE_FAILED") {
    const tag = warning.message.replace(/^.*: /, "").replace("tag:yaml.org,2002:", "!!");
    return {
      line: source.lineAt(warning.pos[0]),
      problem: `the tag ${short(tag)} is not known here`,
      remedy: "the value without it",
    };
  }
  yaml.visit(document, {
    Node: (_, node) => {
      if (!yaml.isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
        return undefined;
      }
      if (anchors.has(node.source)) return undefined;
      const name = short(node.source);
      return stop(
        node.range?.[0],
        `*${name} refers to nothing: there is no &${name} before it`,
        `"*${name}" in quotes, if it is a text`,
      );
    },
    Pair: (_, pair) => {
      const problem = keyProblem(pair, yaml);
      return problem && stop(startOf(pair), ...problem);
    },
    Map: (_, map) => {
      const lines = new Map<string, number>();
      if (map.anchor !== undefined) anchors.add(map.anchor);
      for (const pair of map.items) {
        const key = String(yaml.isScalar(pair.key) ? pair.key.value : pair.key);
        const first = lines.get(key);
        if (first !== undefined) {
          return stop(startOf(pair), `"${short(key)}" is here twice: first on line ${first}`, "one of them");
        }
        lines.set(key, source.lineAt(startOf(pair) ?? 0));
      }
      return undefined;
    },
  });
  return found;
}

function keyProblem({ key }: Pair, yaml: Loaded): readonly [problem: string, remedy: string] | undefined {
  if (yaml.isCollection(key)) {
    return ["a list or a map stands where a key belongs", "a word before the colon"];
  }
  if (yaml.isAlias(key)) return [`*${short(key.source)} stands where a key belongs`, "the key written out"];
  if (!yaml.isScalar(key) || key.value === null || key.value === "") {
    return ["a value has no key before its colon", "a word before the colon"];
  }
  if (key.value === "<<") {
    return ["<< (to take over another map) is not known here", "the keys of that map written out"];
  }
  return undefined;
}

function startOf({ key, value }: Pair): number | undefined {
  return (key as Node | null)?.range?.[0] ?? (value as Node | null)?.range?.[0];
}

/** Where the last node that fits begins. */
function lastStart(
  { document, yaml, lineAt }: YamlSource,
  fits: (node: unknown) => boolean,
): number | undefined {
  let start: number | undefined;
  yaml.visit(document, {
    Node: (_, node) => {
      if (fits(node)) start = node.range?.[0];
    },
  });
  return start === undefined ? undefined : lineAt(start);
}

function lineText({ text }: YamlSource, line: number): string {
  return text.split("\n", line)[line - 1] ?? "";
}

/** The next line with something on it. */
function nextLine(
  source: YamlSource,
  after: number,
): { readonly line: number; readonly indent: number } | undefined {
  const rest = source.text.split("\n").slice(after);
  const at = rest.findIndex((it) => /^\s*[^\s#]/.test(it));
  return at < 0 ? undefined : { line: after + at + 1, indent: /^\s*/.exec(rest[at]!)![0].length };
}

function short(text: string): string {
  return oneLine(text, QUOTED_MAX_CHARS);
}
