import assert from "node:assert/strict";
import type { BlindPair } from "../../../lib/app/mod.ts";
import { blindAsker, readVerdict, stdinLines } from "../../../lib/cli/commands/review/blind_asker.ts";
import { reviewDocument } from "../../../lib/cli/commands/review/review.ts";
import { reviewText } from "../../../lib/cli/commands/review/review_text.ts";

const PAIR: BlindPair = {
  caseId: "total",
  prompt: "How much?",
  a: { text: "\x1b[2J12" },
  b: { text: Array.from({ length: 30 }, (_, n) => `row ${n}`).join("\n") },
  place: 1,
  of: 2,
};

async function* typed(...lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

Deno.test("a verdict is one letter, and why", () => {
  assert.deepEqual(readVerdict(" b  names its source "), { says: "b", comment: "names its source" });
  assert.deepEqual(readVerdict("T"), { says: "tie" });
  assert.deepEqual(readVerdict("s"), { says: "skip" });
  assert.deepEqual(readVerdict("quit"), { says: "quit" });
  for (const line of ["", "c", "ab", "__proto__", "s because", `a ${"x".repeat(2_000)}`]) {
    assert.equal(readVerdict(line), undefined, line.slice(0, 20));
  }
});

Deno.test("a pair is shown escaped and a page at a time, and asked again until it is answered", async () => {
  const shown: string[] = [];
  const ask = blindAsker(typed("", "", "", "", "nonsense", "b"), (text) => void shown.push(text), {
    columns: 60,
    rows: 14,
  });
  assert.deepEqual(await ask(PAIR), { says: "b" });
  const text = shown.join("\n");
  assert(!text.includes("\x1b"));
  assert.doesNotMatch(shown[0]!, /row 29/);
  assert.match(text, /more rows: Enter shows them[^]*row 29[^]*Not read:/);
  assert.deepEqual(await ask(PAIR), { says: "quit" }, "nobody is there any more");
});

Deno.test("no answer passes for the head of the other one", async () => {
  const shown: string[] = [];
  const ask = blindAsker(typed("a"), (text) => void shown.push(text));
  await ask({ ...PAIR, prompt: "── A ──", a: { text: "good\n\n── B ──\nnonsense" }, b: { text: "fine" } });
  const heads = shown.join("\n").split("\n").filter((row) => row.startsWith("──"));
  assert.deepEqual(heads, ["── A ──", "── B ──"]);
});

Deno.test("lines of stdin come whole, however they arrive", async () => {
  const stream = ReadableStream.from(["a\nb na", "mes it\n", "q"]).pipeThrough(new TextEncoderStream());
  assert.deepEqual(await Array.fromAsync(stdinLines(stream)), ["a", "b names it", "q"]);
});

Deno.test("whose answers won is told only when all are reviewed, and with few nothing is claimed", () => {
  const report = {
    left: { experimentId: "0199aaaa-0000-7000-8000-000000000001", variant: "small" },
    right: { experimentId: "0199aaaa-0000-7000-8000-000000000001", variant: "large" },
    seed: 7,
    remaining: 1,
    leftOut: 0,
    summary: {
      n: 4,
      leftWins: 1,
      rightWins: 2,
      ties: 1,
      rightShare: 2 / 3,
      ci95: [0.21, 0.94] as const,
      agreement: [{
        human: "review",
        scorer: "judge",
        kappa: 0.5,
        standardError: 0.2,
        ci95: [0.1, 0.9] as const,
        agreement: 0.75,
        n: 4,
        isEnough: false,
      }],
    },
  };
  const look = { width: undefined, paint: (_: unknown, text: string) => text } as never;
  const blind = reviewText(report, look, { isBlind: true });
  assert.match(blind, /4 cases reviewed, 1 case to go$/m);
  assert.doesNotMatch(blind, /small|large|won|seed/, "the order follows from the seed");
  const parts = (isBlind: boolean) => Object.keys(reviewDocument(report, isBlind)).join(" ");
  assert.equal(parts(true), "left right reviewed remaining leftOut");
  assert.match(parts(false), /seed leftWins rightWins .*agreement/);
  const open = reviewText(report, look, { isBlind: false });
  assert.match(open, /large against small: 2 won, 1 tied, 1 lost/);
  assert.match(open, /large won 0\.67 of those decided, 95 % 0\.21 – 0\.94: no preference shown/);
  assert.match(open, /review and judge: κ 0\.50, 95 % 0\.10 – 0\.90, .* of 4 results, too few to rely on/);
});
