import ts from "typescript";
import process from "node:process";

/** A pattern of the program that took too long over a text of a few thousand characters. */
export interface SlowPattern {
  readonly file: string;
  readonly pattern: string;
  readonly piece: string;
  readonly tookMs: number;
}

/** Long enough for what grows faster than its length to show, short enough for what grows with its square. */
const CHARS = 4_000;
const ENDS: readonly string[] = ["", "\u0000!", "\nx"];
const PIECES: readonly string[] = [
  " ",
  "\t",
  "a",
  "0",
  "-",
  "_",
  ".",
  ":",
  "=",
  '"',
  "'",
  "`",
  "\\",
  "/",
  "[",
  "(",
  "{",
  "*",
  "#",
  "|",
  ",",
  "\n",
  "a ",
  " a",
  "a.",
  "- ",
  "0-",
  "a=",
  "é",
];

/** Every regular expression in the source files below a folder, over texts of repeated pieces and of its own characters. */
export async function slowPatterns(
  folder: string,
  slowMs: number,
): Promise<{ readonly tried: number; readonly worstMs: number; readonly slow: readonly SlowPattern[] }> {
  const slow: SlowPattern[] = [];
  let [tried, worstMs] = [0, 0];
  for await (const file of sources(folder)) {
    for (const pattern of patternsOf(await Deno.readTextFile(file))) {
      tried++;
      const own = [...new Set(pattern.source.replace(/\\[a-zA-Z]|[\\[\](){}?*+^$|]/g, ""))].slice(0, 12);
      let worst: SlowPattern = { file, pattern: String(pattern), piece: "", tookMs: 0 };
      for (const piece of new Set([...PIECES, ...own, own.join("")])) {
        for (const end of piece === "" ? [] : ENDS) {
          const text = piece.repeat(Math.ceil(CHARS / piece.length)) + end;
          const tookMs = cost(pattern, text, slowMs);
          if (tookMs > worst.tookMs) worst = { ...worst, piece, tookMs };
        }
      }
      worstMs = Math.max(worstMs, worst.tookMs);
      if (worst.tookMs > slowMs) slow.push(worst);
    }
  }
  return { tried, worstMs, slow };
}

/** Processor time, ms; the best of three when it is long. */
function cost(pattern: RegExp, text: string, slowMs: number): number {
  let best = Infinity;
  for (let tries = 0; tries < 3 && best > slowMs; tries++) {
    const start = process.cpuUsage();
    pattern.lastIndex = 0;
    if (pattern.global) [...text.matchAll(pattern)];
    else pattern.exec(text);
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

function patternsOf(text: string): readonly RegExp[] {
  const found: RegExp[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const [, source = "", flags = ""] = /^\/(.*)\/([a-z]*)$/s.exec(node.text) ?? [];
      found.push(new RegExp(source, flags));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest));
  return found;
}

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts")) yield path;
  }
}
