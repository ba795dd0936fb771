import assert from "node:assert/strict";
import { runCells, type RunFacts, shownCells } from "../../../lib/app/notebooks/cells.ts";
import { codeString, markdownWords } from "../../../lib/app/notebooks/safe_text.ts";
import type { NewCell } from "../../../lib/documents/mod.ts";
import { PAYLOADS, traceWith, withRun } from "../../support/hostile_run.ts";

/** What would be code or markup where text is not taken as text, beside what HTML could be. */
const BREAKERS = [
  `"; Deno.exit(7); //`,
  "`${Deno.exit(7)}`",
  `\\"; Deno.exit(7); //`,
  "a\u2028Deno.exit(7)\u2029b\nDeno.exit(7)\r\nc",
  "*/ Deno.exit(7) /*",
  "\u202e}\u2066 if (true) {\u2069 \u200b\ufeff",
  "![x](https://evil.example/x.png) [y](javascript:alert(1)) <https://evil.example> www.evil.example",
  "$$\\href{javascript:alert(1)}{x}$$ \\\\(x\\\\) $x$",
  "| a | b |\n| --- | --- |\n# head\n```\ncode\n```",
  "\ud800 lone",
  ...PAYLOADS,
];

function facts(payload: string): RunFacts {
  const trace = withRun(traceWith(payload), {
    runId: payload,
    error: { type: "x", message: payload, retryable: false } as never,
  });
  return {
    trace,
    opened: { home: `/${payload}`, store: `/${payload}.db`, timeZone: payload },
    nowMs: 0,
    timeZone: "UTC",
    notAgain: undefined,
  };
}

const STRING = /"(?:[^"\\]|\\.)*"/g;
/** Everything of a cell that is not a string of code. */
const shape = ({ text }: NewCell) => text.replace(STRING, '""');
/** Everything of words that could be markup. */
const marks = ({ text }: NewCell) =>
  text.replace(/&#\d+;/g, "").replace(/[^\n#*_`~[\]<>$\\|!:/@&{}"'=]/g, "");

Deno.test("nothing that a run says breaks out of a string or becomes markup in a notebook about it", () => {
  const plain = runCells(facts("plain"));
  for (const payload of BREAKERS) {
    const cells = runCells(facts(payload));
    assert.equal(cells.length, plain.length);
    for (const [at, cell] of cells.entries()) {
      if (cell.kind === "code") assert.equal(shape(cell), shape(plain[at]!), payload);
      else assert.equal(marks(cell), marks(plain[at]!), payload);
      assert(!/[^\P{C}\n]|[\u2028\u2029]/u.test(cell.text), payload);
    }
    assert.equal(JSON.parse(STRING.exec(cells[2]!.text)![0]), payload);
    STRING.lastIndex = 0;
    const added = [
      shownCells({ kind: "step", runId: payload, step: 3 }),
      shownCells({ kind: "diff", left: payload, right: payload }),
      shownCells({ kind: "costs", by: "model", search: payload }),
    ].flat();
    for (const cell of added) {
      assert(!/Deno\.exit|<\w|\$/.test(cell.kind === "code" ? shape(cell) : cell.text), payload);
    }
  }
});

Deno.test("codeString() is the same string again, markdownWords() stays readable", () => {
  for (const text of BREAKERS) assert.equal(new Function(`return ${codeString(text)}`)(), text);
  assert.equal(codeString("Zürich 🎉 a b"), '"Zürich 🎉 a b"');
  assert.equal(markdownWords("How many rows, 12.5 % of\nsales?", 80), "How many rows, 12.5 % of sales&#63;");
});

Deno.test("a notebook about a run that cannot be run again says why, and has no cell for it", () => {
  const cells = runCells({ ...facts("plain"), notAgain: "its prompt is not on record" });
  assert(!cells.some((it) => it.text.includes("studio.replay")));
  assert.match(cells.at(-1)!.text, /cannot be run again: its prompt is not on record\./);
});
