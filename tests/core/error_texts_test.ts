import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const LIB = fileURLToPath(new URL("../../lib", import.meta.url));

interface Place {
  readonly at: string;
  /** A text as it is written: without its quotes, with `${…}` for what is put in. */
  readonly text: string;
}

function* filesIn(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* filesIn(path);
    else if (entry.name.endsWith(".ts")) yield path;
  }
}

/** Where the string, template or bracket that begins at `at` ends. */
function endOf(source: string, at: number): number {
  const opens = source[at]!;
  if (opens === '"' || opens === "'" || opens === "`") {
    for (let index = at + 1; index < source.length; index++) {
      if (source[index] === "\\") index++;
      else if (opens === "`" && source.startsWith("${", index)) index = endOf(source, index + 1) - 1;
      else if (source[index] === opens) return index + 1;
    }
    return source.length;
  }
  for (let index = at + 1; index < source.length;) {
    const sign = source[index]!;
    if (")]}".includes(sign)) return index + 1;
    if (source.startsWith("//", index)) index = source.indexOf("\n", index);
    else index = "\"'`([{".includes(sign) ? endOf(source, index) : index + 1;
  }
  return source.length;
}

/** The expression that begins at `at`, up to the comma or bracket after it. */
function expressionAt(source: string, at: number): string {
  let index = at;
  while (index < source.length && !",)]};".includes(source[index]!)) {
    index = "\"'`([{".includes(source[index]!) ? endOf(source, index) : index + 1;
  }
  return source.slice(at, index).trim();
}

/** The text of an expression that is made of texts alone; `undefined` for any other. */
function textOf(expression: string): string | undefined {
  let text = "";
  for (let index = 0; index < expression.length;) {
    if (/[\s+]/.test(expression[index]!)) {
      index++;
      continue;
    }
    if (!"\"'`".includes(expression[index]!)) return undefined;
    const end = endOf(expression, index);
    text += expression.slice(index + 1, end - 1);
    index = end;
  }
  let flat = "";
  for (let index = 0; index < text.length;) {
    const isValue = text.startsWith("${", index);
    flat += isValue ? "${…}" : text[index]!;
    index = isValue ? endOf(text, index + 1) : index + 1;
  }
  return flat === "" && expression === "" ? undefined : flat;
}

function found(pattern: RegExp): readonly Place[] {
  return [...filesIn(LIB)].flatMap((path) => {
    const source = Deno.readTextFileSync(path);
    return [...source.matchAll(pattern)].flatMap((match) => {
      const text = textOf(expressionAt(source, match.index + match[0].length));
      const line = source.slice(0, match.index).split("\n").length;
      return text === undefined ? [] : [{ at: `${relative(LIB, path)}:${line}`, text }];
    });
  });
}

const told = ({ at, text }: Place) => `${at} ${text}`;

Deno.test("every error says what cannot be done and why, and leaves the remedy to its field", () => {
  const reasons = found(/new (?:AgentOpError|ProviderError|StoreError)\(\s*(?:"[a-z_]+",\s*)?/g);
  assert(reasons.length > 100, `${reasons.length}`);
  const wrong = reasons.filter(({ text }) =>
    // One that begins with a value adds to the text of another error.
    !/^(?:Cannot (?:[a-z]+\b|\$\{…\})[^]*: \S|\$\{…\} )/.test(text) || /Try:|[.!]$/.test(text)
  );
  assert.deepEqual(wrong.map(told), []);
});

Deno.test("no remedy is empty, says Try itself, or ends like a sentence", () => {
  const remedies = found(/\bremedy(?::| =)\s*/g);
  assert(remedies.length > 100, `${remedies.length}`);
  assert.deepEqual(
    remedies.filter(({ text }) => text.trim() === "" || /\bTry\b|[.:]$/.test(text)).map(told),
    [],
  );
});

Deno.test("nothing is to be tried twice in one text", () => {
  const texts = found(/(?<=[\s([{,:?])(?=["'`][^\n]*Try: )/g);
  assert(texts.length > 10, `${texts.length}`);
  assert.deepEqual(texts.filter(({ text }) => /Try:[^]*Try:|[^.\s].*Try: ?$/.test(text)).map(told), []);
});
