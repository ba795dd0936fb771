import { parse, type ParserOptions, type ParserPlugin } from "@babel/parser";
import { AgentOpError, isObject, sentenceOf } from "../../core/mod.ts";
import { PLACE } from "./bootstrap.ts";

/** A cell as the real kernel gets it. */
export interface PreparedCell {
  readonly code: string;
  /** What is wrong with it, where it cannot be read: the real kernel would only say that it failed. */
  readonly syntaxError: string | undefined;
}

/** What the name of a module means; `undefined`: what Deno says. Throws `AgentOpError` for one that cannot be had. */
export type ResolveModule = (specifier: string) => string | undefined;

/** Larger cells are passed on as they are. */
const CODE_MAX_CHARS = 1_000_000;

/** Cells are TSX to Deno; what only TypeScript without JSX can read comes second. */
const WAYS: readonly (readonly ParserPlugin[])[] = [["typescript", "jsx"], ["typescript"]];

interface Insertion {
  readonly at: number;
  readonly text: string;
  /** How much of the cell it stands for. @default 0 */
  readonly over?: number;
}

/**
 * Makes what the cell itself waits for end with an interrupt: `await x` becomes `await wait(x)`; and its imports mean what
 * `resolve` says. Variables and lines stay as they are.
 */
export function prepareCell(code: string, resolve: ResolveModule = () => undefined): PreparedCell {
  if (code.length > CODE_MAX_CHARS) return { code, syntaxError: undefined };
  let syntaxError: string | undefined;
  for (const plugins of WAYS) {
    try {
      const insertions: Insertion[] = [];
      const { program } = parse(code, optionsWith(plugins));
      collect(program, insertions);
      collectImports(program, resolve, insertions);
      return { code: inserted(code, insertions), syntaxError: undefined };
    } catch (error) {
      if (error instanceof AgentOpError) return { code: failing(sentenceOf(error)), syntaxError: undefined };
      if (error instanceof SyntaxError) syntaxError ??= error.message;
    }
  }
  return { code, syntaxError };
}

function optionsWith(plugins: readonly ParserPlugin[]): ParserOptions {
  return { sourceType: "module", allowAwaitOutsideFunction: true, plugins: [...plugins] };
}

/** What has its own waiting. */
const CLOSED = /^(?:Function|ArrowFunction|ObjectMethod|ClassMethod|ClassPrivateMethod|StaticBlock)/;

function collect(node: unknown, insertions: Insertion[]): void {
  if (Array.isArray(node)) {
    for (const inner of node) collect(inner, insertions);
    return;
  }
  if (!isObject(node) || typeof node.type !== "string" || CLOSED.test(node.type)) return;
  const wrapped = node.type === "AwaitExpression"
    ? { inner: node.argument, name: "wait" }
    : node.type === "ForOfStatement" && node.await === true
    ? { inner: node.right, name: "each" }
    : undefined;
  if (wrapped && isObject(wrapped.inner)) {
    insertions.push({ at: Number(wrapped.inner.start), text: `${PLACE}.${wrapped.name}((` });
    insertions.push({ at: Number(wrapped.inner.end), text: "))" });
  }
  for (const [key, value] of Object.entries(node)) {
    if (key !== "loc" && value !== null && typeof value === "object") collect(value, insertions);
  }
}

const IMPORTS = new Set([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "ImportExpression",
]);

/** Every import that names its module, wherever it is. */
function collectImports(node: unknown, resolve: ResolveModule, insertions: Insertion[]): void {
  if (Array.isArray(node)) {
    for (const inner of node) collectImports(inner, resolve, insertions);
    return;
  }
  if (!isObject(node) || typeof node.type !== "string") return;
  const source = IMPORTS.has(node.type)
    ? node.source
    : node.type === "CallExpression" && isObject(node.callee) && node.callee.type === "Import" &&
        Array.isArray(node.arguments)
    ? node.arguments[0]
    : undefined;
  if (isObject(source) && source.type === "StringLiteral") {
    const module = resolve(String(source.value));
    const [start, end] = [Number(source.start), Number(source.end)];
    if (module !== undefined) insertions.push({ at: start, text: JSON.stringify(module), over: end - start });
  }
  for (const [key, value] of Object.entries(node)) {
    if (key !== "loc" && value !== null && typeof value === "object") {
      collectImports(value, resolve, insertions);
    }
  }
}

/** A cell that only says why it cannot run. */
function failing(why: string): string {
  return `throw Object.assign(new Error(), { stack: "", message: ${JSON.stringify(why)} })`;
}

function inserted(code: string, insertions: readonly Insertion[]): string {
  // Where two begin or end at one place, the order they were found in is from the outside in.
  const sorted = insertions.map((it, index) => ({ ...it, index })).sort((a, b) =>
    a.at - b.at || (a.text === "))" ? 0 : 1) - (b.text === "))" ? 0 : 1) || a.index - b.index
  );
  let text = "";
  let from = 0;
  for (const insertion of sorted) {
    text += code.slice(from, insertion.at) + insertion.text;
    from = insertion.at + (insertion.over ?? 0);
  }
  return text + code.slice(from);
}
