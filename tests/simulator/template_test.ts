import assert from "node:assert/strict";
import fc from "fast-check";
import { columnOf, findCsv, formatDecimal, parseDecimal } from "../../lib/simulator/csv.ts";
import {
  checkTemplate,
  renderDeep,
  renderTemplate,
  type TemplateContext,
  TemplateError,
} from "../../lib/simulator/template.ts";

function context(results: readonly (readonly [name: string, result: string])[] = []): TemplateContext {
  return {
    prompt: "Tell me about tea.",
    firstPrompt: "Hello",
    system: "You are kind.",
    model: "m",
    outcomes: results.map(([name, result]) => ({ name, result, arguments: `{"path":"${name}.csv"}` })),
  };
}

const CSV = "city,units,price\nOslo,3,1.10\nRome,4,2.25\nOslo,5,0.05\n";

Deno.test("renderTemplate() fills in prompts, results by number and by name, and arguments", () => {
  const c = context([["a", "first"], ["b", "second"], ["a", "third"]]);
  assert.equal(
    renderTemplate("{{prompt}} {{ firstPrompt }} {{system}} {{model}}", c),
    "Tell me about tea. Hello You are kind. m",
  );
  assert.equal(renderTemplate("{{toolResult}} {{toolResult:1}} {{toolResult:-2}}", c), "third first second");
  assert.equal(renderTemplate("{{toolResult:a}} {{toolResult:b | upper}}", c), "third SECOND");
  assert.equal(renderTemplate("{{toolArgs:b | json:path}}", c), "b.csv");
  assert.equal(renderTemplate("no braces {here} or {{text:there}}", c), "no braces {here} or there");
});

Deno.test("renderTemplate() computes over the latest result that is a table or JSON", () => {
  const c = context([["read", CSV], ["calc", "18.55"], ["api", '{"rows":[{"n":"x"}],"total":7}'], [
    "say",
    "done",
  ]]);
  assert.equal(renderTemplate("{{csv.count}} {{csv.sum:units}} {{csv.sum:price}}", c), "3 12 3.40");
  assert.equal(renderTemplate("{{csv.min:price}} {{csv.max:price}} {{csv.mean:units}}", c), "0.05 2.25 4");
  assert.equal(renderTemplate("{{csv.terms:price}}", c), "1.10 + 2.25 + 0.05");
  assert.equal(
    renderTemplate("{{csv.distinct:city}} {{csv.top:city:units}} {{csv.columns}}", c),
    "Oslo, Rome Oslo city, units, price",
  );
  assert.equal(renderTemplate("{{json rows.0.n}} {{json:total}}", c), "x 7");
});

Deno.test("renderTemplate() applies filters from left to right", () => {
  const c = context([["t", "  one two\nthree 1,234.50 kg  "]]);
  const cases: readonly (readonly [string, string])[] = [
    ["{{toolResult | trim | first:3}}", "one"],
    ["{{toolResult | lines}}/{{toolResult | words}}", "2/5"],
    ["{{toolResult | number}}", "1234.50"],
    ["{{toolResult | number | thousands}}", "1,234.50"],
    ["{{text:1234.5 | fixed:2 | thousands}}", "1,234.50"],
    ["{{text:many | fixed:2 | default:?}}", "?"],
    ["{{toolResult | oneLine}}", "one two three 1,234.50 kg"],
    ["{{toolResult | match:(\\w+) 9 | default:none}}", "none"],
    ["{{prompt | match:about (\\w+)}}", "tea"],
    ["{{prompt | match:coffee|tea}}", "tea"],
    ["{{toolResult:nobody | upper | default:nothing}}", "nothing"],
    ['"{{text:say "hi" | quote}}"', '"say \\"hi\\""'],
  ];
  for (const [template, expected] of cases) assert.equal(renderTemplate(template, c), expected, template);
});

Deno.test("renderTemplate() looks at each character once, whatever the pattern", () => {
  // Fails by never ending: an engine that tries every way takes 2 to the power of 50,000 steps.
  const c = context([["t", "a".repeat(50_000) + "b"]]);
  assert.equal(renderTemplate("{{toolResult | match:(a+)+$ | default:none}}", c), "none");
  assert.equal(renderTemplate("{{toolResult | match:(x+x+)+y|b | upper}}", c), "B");
});

Deno.test("renderTemplate() names the template and the reason when it cannot be filled in", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["x {{toolResult}}", /\{\{toolResult\}\}: no tool has been called/],
    ["{{csv.sum:units}}", /no tool result it can work on/],
    ["{{prompt | csv.count}}", /holds no CSV table/],
    ["{{prompt | json:a}}", /not JSON/],
    ["{{prompt | number}}", /no number/],
  ];
  for (const [template, reason] of cases) {
    assert.throws(
      () => renderTemplate(template, context()),
      (error) => error instanceof TemplateError && reason.test(error.message),
    );
  }
});

Deno.test("checkTemplate() rejects what can never be filled in", () => {
  const bad: readonly (readonly [string, RegExp])[] = [
    ["{{nonsense}}", /unknown source "nonsense"\. Try: prompt,/],
    ["{{prompt | shout}}", /unknown filter "shout"/],
    ["{{csv.sum}}", /"csv\.sum" needs an argument/],
    ["{{csv.count:x}}", /"csv\.count" takes no argument/],
    ["{{prompt | match:(}}", /not a regular expression/],
    ["{{prompt | match:(?=a)b}}", /not a regular expression without look-around/],
    ["{{}}", /unknown source ""/],
  ];
  for (const [template, reason] of bad) assert.throws(() => checkTemplate(template), reason, template);
  checkTemplate("{{prompt | match:a|b | default:c}} {{csv.sum:units}} {{toolResult:read | json:a.b}}");
});

Deno.test("renderDeep() keeps the shape and has no way to reach prototypes", () => {
  const c = context([["t", '{"a":1}']]);
  const value = JSON.parse('{"__proto__":{"x":"{{prompt}}"},"list":[1,true,null,"{{model}}"]}');
  const rendered = renderDeep(value, c) as Record<string, unknown>;
  assert.equal(JSON.stringify(rendered), '{"__proto__":{"x":"Tell me about tea."},"list":[1,true,null,"m"]}');
  assert.equal(({} as Record<string, unknown>).x, undefined);
  assert.throws(() => renderTemplate("{{json:constructor.name}}", c), /nothing at "constructor\.name"/);
  assert.throws(() => renderTemplate("{{json:__proto__}}", c), TemplateError);
});

const cell = fc.string({ maxLength: 12 });
const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;

Deno.test("csv.sum is the exact sum, for any amounts in cents and any text around them", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(cell, fc.integer({ min: -1_000_000_000, max: 1_000_000_000 })), {
      minLength: 1,
      maxLength: 30,
    }),
    (rows) => {
      const money = (cents: number) => `${cents < 0 ? "-" : ""}${(Math.abs(cents) / 100).toFixed(2)}`;
      const csv = ["label,amount", ...rows.map(([label, cents]) => `${quote(label)},${money(cents)}`)].join(
        "\n",
      );
      const c = context([["read", csv]]);
      assert.equal(renderTemplate("{{csv.count}}", c), String(rows.length));
      assert.equal(
        renderTemplate("{{csv.sum:amount}}", c),
        money(rows.reduce((sum, [, cents]) => sum + cents, 0) || 0),
      );
      const sorted = rows.map(([, cents]) => cents).sort((a, b) => a - b);
      assert.equal(Number(renderTemplate("{{csv.min:amount}}", c)), sorted[0]! / 100);
      assert.equal(Number(renderTemplate("{{csv.max:amount}}", c)), sorted.at(-1)! / 100);
    },
  ));
});

Deno.test("findCsv() reads back any quoted table, with CRLF or LF, between lines of prose or inside JSON", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 10 }),
    fc.constantFrom("\n", "\r\n"),
    fc.boolean(),
    (rows, end, inJson) => {
      const lines = ["a,b,c", ...rows.map((row) => row.map(quote).join(","))].join(end);
      const text = inJson
        ? JSON.stringify({ path: "x", content: lines })
        : `[the file]${end}${lines}${end}[end of file]${end}`;
      const table = findCsv(text);
      assert.deepEqual(table?.columns, ["a", "b", "c"]);
      assert.deepEqual(table?.rows, rows);
    },
  ));
});

Deno.test("formatDecimal() gives back what parseDecimal() read", () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 20n }),
      fc.nat(10),
      fc.boolean(),
      (units, decimals, minus) => {
        const digits = units.toString().padStart(decimals + 1, "0");
        const at = digits.length - decimals;
        const text = `${minus && units > 0n ? "-" : ""}${digits.slice(0, at)}${
          decimals > 0 ? `.${digits.slice(at)}` : ""
        }`;
        assert.equal(formatDecimal(parseDecimal(text)), text);
      },
    ),
  );
  for (const bad of ["", "x", "1e3", "1.2.3", "--1", "0x10", "9".repeat(31)]) {
    assert.throws(() => parseDecimal(bad), RangeError);
  }
});

Deno.test("renderTemplate() throws nothing but TemplateError, whatever the template", () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "{{",
      "}}",
      " | ",
      ":",
      "csv.sum",
      "toolResult",
      "json",
      "match",
      "first",
      "default",
      "prompt",
    ),
  );
  const c = context([["read", CSV], ["api", '{"a":[1]}']]);
  fc.assert(fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
    try {
      const template = pieces.join("");
      checkTemplate(template);
      renderTemplate(template, c);
    } catch (error) {
      assert.ok(error instanceof TemplateError, String(error));
    }
  }));
});

Deno.test("columnOf() ignores case and names the columns there are", () => {
  const table = findCsv(CSV)!;
  assert.deepEqual(columnOf(table, "CITY"), ["Oslo", "Rome", "Oslo"]);
  assert.throws(() => columnOf(table, "x"), /no column "x" among city, units, price/);
});

Deno.test("findCsv() reads tables with a byte-order mark, with quotes in words, and with one that never ends", () => {
  assert.deepEqual(findCsv("\ufeffcity,units\nOslo,3\n"), {
    columns: ["city", "units"],
    rows: [["Oslo", "3"]],
  });
  assert.deepEqual(findCsv('It is 5" wide\na,b\n1,2" or 3"\n')?.rows, [["1", '2" or 3"']]);
  assert.deepEqual(findCsv('a,b\n1,"two\n3,4')?.rows, [["1", "two\n3,4"]]);
  assert.equal(findCsv(`a,b\n${"1,2\n".repeat(30_000)}`)?.rows.length, 20_000);
});
