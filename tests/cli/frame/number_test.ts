import assert from "node:assert/strict";
import { numberFlag, readNumber } from "../../../lib/cli/frame/number.ts";
import { CliHome } from "../../support/cli.ts";

Deno.test("readNumber() takes what people write as numbers, within the range", () => {
  const read = (text: string, range = {}) => readNumber("X", text, range, "X 1");
  assert.deepEqual([" 5 ", ".5", "1e-3", "+2", "5.0"].map((text) => read(text)), [5, 0.5, 0.001, 2, 5]);
  for (const text of ["", " ", "ten", "0x10", "1_000", "Infinity", "NaN", "-1", "1,5", "1e999"]) {
    assert.throws(() => read(text), { reason: /^Cannot use X: it must be a number, 0 or more: got / }, text);
  }
  assert.throws(() => read("1.5", { isWhole: true }), /a whole number, 0 or more/);
  assert.throws(() => read("1e30", { isWhole: true }), /a whole number, 0 or more/);
});

Deno.test("numberFlag() says the flag, the range, what was given and what to try", () => {
  const cases: readonly (readonly [Parameters<typeof numberFlag>, string, string])[] = [
    [["--limit", { min: 1, max: 100, isWhole: true }, 20], "0", "a whole number from 1 to 100"],
    [["--budget", { isMinExcluded: true }, 0.05], "0", "a positive number"],
    [["--max-steps", { isMinExcluded: true, isWhole: true }, 5], "0.5", "a positive whole number"],
    [["--seed", {}, 1], "-1", "a number, 0 or more"],
  ];
  for (const [args, text, words] of cases) {
    const [flag, , example] = args;
    assert.throws(() => numberFlag(...args)(text), {
      message: `Cannot use ${flag}: it must be ${words}: got "${text}". Try: ${flag} ${example}`,
    });
  }
});

Deno.test("every command refuses a number in the same words", async () => {
  await using home = await CliHome.create();
  const results = await Promise.all([
    home.run(["run", "main", "x", "--budget", "abc"]),
    home.run(["resume", "last", "--max-steps", "abc"]),
    home.run(["sim", "--port", "abc"]),
    home.run(["runs", "--limit", "abc"]),
  ]);
  for (const { code, stderr } of results) {
    assert.equal(code, 2);
    assert.match(stderr, /^agentop: Cannot use --[a-z-]+: it must be a [^:]+: got "abc"\. Try: --[a-z-]+ \d/);
  }
});
