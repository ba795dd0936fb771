import assert from "node:assert/strict";
import { PLACE } from "../../../lib/notebook/kernel/bootstrap.ts";
import { cellPlace } from "../../../lib/notebook/kernel/cell_place.ts";
import { prepareCell } from "../../../lib/notebook/kernel/prepare_cell.ts";

/** The prepared code with its long name short. */
const brief = (code: string) => prepareCell(code).code.replaceAll(PLACE, "K");

Deno.test("prepareCell() wraps what the cell itself waits for, and nothing else", () => {
  assert.equal(
    brief("const a = await f(1), b: number = 2;"),
    "const a = await K.wait((f(1))), b: number = 2;",
  );
  assert.equal(brief("await (await g()).text()"), "await K.wait(((await K.wait((g()))).text()))");
  assert.equal(brief("await await x"), "await K.wait((await K.wait((x))))");
  assert.equal(
    brief("for await (const x of xs()) { await x }"),
    "for await (const x of K.each((xs()))) { await K.wait((x)) }",
  );
  for (
    const same of [
      "const f = async () => { await g(); };",
      "async function f() { for await (const x of y) await x; }",
      "class A { async m() { await 1; } }",
      "`await x`; // await y",
      "",
    ]
  ) assert.equal(brief(same), same);
});

Deno.test("prepareCell() reads TypeScript with and without JSX, and decorations of types", () => {
  assert.equal(
    brief("const t = <T,>(x: T) => x; await t<number>(1)"),
    "const t = <T,>(x: T) => x; await K.wait((t<number>(1)))",
  );
  assert.equal(brief("<number>(await x)"), "<number>(await K.wait((x)))");
  assert.equal(brief("const e = <b>{await x}</b>"), "const e = <b>{await K.wait((x))}</b>");
});

Deno.test("prepareCell() leaves alone what it cannot read, and says why", () => {
  const { code, syntaxError } = prepareCell("const = await 4");
  assert.equal(code, "const = await 4");
  assert.match(syntaxError!, /Unexpected token/);
  assert.equal(prepareCell(`${"[".repeat(100_000)}`).code.length, 100_000);
});

Deno.test("prepareCell() names modules as it is told, and nothing else that looks alike", () => {
  const resolve = (specifier: string) => specifier === "lib" ? "file:///a%20b/lib.js" : undefined;
  const code = `import { a } from "lib";
import b from 'other';
export * from "lib";
const text = "import x from 'lib'"; // from "lib"
const f = async () => await import("lib");`;
  assert.equal(
    prepareCell(code, resolve).code,
    `import { a } from "file:///a%20b/lib.js";
import b from 'other';
export * from "file:///a%20b/lib.js";
const text = "import x from 'lib'"; // from "lib"
const f = async () => await import("file:///a%20b/lib.js");`,
  );
});

Deno.test("a cell whose module cannot be had says so, and what to do", async () => {
  const { resolve } = cellPlace("/somewhere", undefined);
  const { code, syntaxError } = prepareCell('import { openStudio } from "@agentop/studio"; work();', resolve);
  assert.equal(syntaxError, undefined);
  await assert.rejects(
    async () => await new Function(code)(),
    /^Error: Cannot import @agentop\/studio: a compiled program has no library for notebooks. Try: /,
  );
});
