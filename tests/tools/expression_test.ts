import assert from "node:assert/strict";
import fc from "fast-check";
import { evaluateExpression, ExpressionError } from "../../lib/tools/expression.ts";
import { fails, succeeds, tool } from "./support.ts";

const VALUES: readonly [string, number][] = [
  ["1+2*3", 7],
  ["(1+2)*3", 9],
  ["2^3^2", 512],
  ["-2^2", -4],
  ["2^-1", 0.5],
  ["--3", 3],
  ["7 % 4", 3],
  ["-7 % 4", -3],
  [".5 + 5.", 5.5],
  ["1e3 / 1E-3", 1e6],
  ["sqrt(16) + abs(-2)", 6],
  ["min(3, 1, 2) + max(3, 1, 2)", 4],
  ["round(2.5) + round(1.005, 2)", 4.01],
  ["round(1234, -2)", 1200],
  ["floor(-1.5) + ceil(1.2)", 0],
  ["log(1000) + log(8, 2) + ln(e)", 7],
  ["exp(0) + sin(0) + cos(0) + tan(0)", 2],
  ["sum(1,2,3) + mean(1,2,3)", 8],
  ["PI", Math.PI],
];
for (const [expression, value] of VALUES) {
  Deno.test(`evaluateExpression() of ${expression}`, () => {
    assert.ok(
      Math.abs(evaluateExpression(expression) - value) < 1e-9,
      String(evaluateExpression(expression)),
    );
  });
}

const BAD: readonly [string, RegExp][] = [
  ["", /found the end/],
  ["1 +", /at position 4, found the end/],
  ["1 2", /expected an operator or the end at position 3/],
  ["(1", /expected "\)"/],
  ["1)", /expected an operator/],
  ["1/0", /divides by zero/],
  ["1%0", /divides by zero/],
  ["0^-1", /divides by zero/],
  ["2**3", /powers are written \^/],
  ["1e999", /too large/],
  ["9e307*9e307", /too large/],
  ["sqrt(-1)", /sqrt has no real value/],
  ["(-8)^(1/3)", /no real value/],
  ["ln(0)", /ln has no real value/],
  ["foo(1)", /"foo" is not known \(known: sqrt/],
  ["constructor(1)", /not known/],
  ["__proto__", /not known/],
  ["process.exit()", /not known/],
  ["sqrt 4", /expected "\("/],
  ["sqrt(1,2)", /does not take 2 arguments/],
  ["round(1,2,3)", /does not take 3/],
  ["sqrt()", /expected a number/],
  ["1;2", /found ";2"/],
  ["'a'", /expected a number/],
  ["(".repeat(500), /nested/],
  ["2" + "^2".repeat(400), /nested/],
  ["1+".repeat(600) + "1", /at most 1000/],
];
for (const [expression, message] of BAD) {
  Deno.test(`evaluateExpression() refuses ${expression.slice(0, 20)}`, () => {
    assert.throws(
      () => evaluateExpression(expression),
      (error) => error instanceof ExpressionError && message.test(error.message),
    );
  });
}

/** An expression and its value as JavaScript computes it. */
const { node } = fc.letrec<{ node: [string, number]; leaf: [string, number]; pair: [string, number] }>((
  tie,
) => ({
  leaf: fc.integer({ min: -99, max: 99 }).map((n): [string, number] => [n < 0 ? `(${n})` : `${n}`, n]),
  pair: fc.tuple(tie("node"), fc.constantFrom("+", "-", "*"), tie("node")).map((
    [[a, x], op, [b, y]],
  ): [string, number] => [
    `(${a} ${op} ${b})`,
    op === "+" ? x + y : op === "-" ? x - y : x * y,
  ]),
  node: fc.oneof({ maxDepth: 5 }, tie("leaf"), tie("pair")),
}));

Deno.test("evaluateExpression() agrees with JavaScript on generated trees", () => {
  fc.assert(
    fc.property(
      node,
      ([text, value]) => text.length > 1000 || Object.is(evaluateExpression(text) + 0, value + 0),
    ),
  );
});

Deno.test("evaluateExpression() gives a finite number or an ExpressionError for any text", () => {
  const alphabet = fc.string({
    unit: fc.constantFrom(..."0123456789.+-*/%^(), esqrtminlogpi"),
    maxLength: 60,
  });
  fc.assert(
    fc.property(fc.oneof(alphabet, fc.string()), (text) => {
      try {
        assert.ok(Number.isFinite(evaluateExpression(text)));
      } catch (error) {
        assert.ok(error instanceof ExpressionError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("calculator hides binary noise and explains errors", async () => {
  const calculator = tool("calculator");
  assert.equal((await succeeds(calculator, { expression: "0.1 + 0.2" })).content, "0.3");
  assert.equal((await succeeds(calculator, { expression: "2^53" })).content, "9007199254740992");
  assert.equal((await succeeds(calculator, '{"expression":"-0"}')).content, "0");
  assert.match(
    await fails(calculator, { expression: "1/0" }),
    /^Cannot evaluate the expression: it divides by zero/,
  );
});
