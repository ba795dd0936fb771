import assert from "node:assert/strict";
import { join } from "node:path";
import { type CellOutput, StartedKernel } from "../../../lib/notebook/mod.ts";

const FOLDER = await Deno.realPath(await Deno.makeTempDir({ prefix: "agentop-kernel-test-" }));
addEventListener("unload", () => Deno.removeSync(FOLDER, { recursive: true }));

/** Outputs in few words. */
function brief(outputs: readonly CellOutput[]): readonly string[] {
  return outputs.map((it) => {
    if (it.output_type === "stream") return `${it.name} ${it.text}`;
    if (it.output_type === "error") return `error ${it.ename} ${it.evalue}`;
    // deno-lint-ignore no-control-regex
    return `${it.output_type} ${String(it.data["text/plain"]).replace(/\x1b\[\d+m/g, "")}`;
  });
}

Deno.test("kernel gives each of many queued cells its own outputs, all of them, in their order", async () => {
  await using kernel = await StartedKernel.start(FOLDER);
  const cells = Array.from({ length: 60 }, (_, n) => {
    const code = [
      `for (let line = 0; line < 50; line++) console.log("${n}:" + line);`,
      `console.error("err ${n}"); Deno.stdout.writeSync(new TextEncoder().encode("raw ${n}\\n")); ${n}`,
      `await Deno.jupyter.display({ "text/plain": "shown ${n}" }, { raw: true }); "last ${n}"`,
    ][n % 3]!;
    const lines = Array.from({ length: 50 }, (_, line) => `${n}:${line}\n`).join("");
    const expected = [
      [`stdout ${lines}`],
      [`stderr err ${n}\n`, `stdout raw ${n}\n`, `execute_result ${n}`],
      [`display_data shown ${n}`, `execute_result "last ${n}"`],
    ][n % 3]!;
    return { code, expected };
  });
  const results = await Promise.all(cells.map(({ code }) => kernel.client.execute(code)));
  for (const [n, { outputs, executionCount }] of results.entries()) {
    assert.deepEqual(brief(outputs), cells[n]!.expected);
    assert.equal(executionCount, n + 1);
  }
  assert.deepEqual(kernel.client.strays, []);
});

Deno.test("kernel interrupts a computing cell, and keeps the variables of others", async () => {
  await using kernel = await StartedKernel.start(FOLDER);
  await kernel.client.execute("const kept = 42;");
  const printed = Promise.withResolvers<void>();
  const endless = kernel.client.execute("console.log('begun'); while (true) {}", {
    onOutput: () => printed.resolve(),
  });
  await printed.promise;
  await kernel.interrupt();
  const { status, outputs } = await endless;
  assert.equal(status, "error");
  assert.deepEqual(brief(outputs), ["stdout begun\n", "error Interrupted The cell was interrupted"]);
  assert.deepEqual(brief((await kernel.client.execute("kept")).outputs), ["execute_result 42"]);
});

Deno.test("kernel interrupts a waiting cell, which is told before, and one that computes after it waited", async () => {
  await using kernel = await StartedKernel.start(FOLDER);
  const cells = [
    `const { signal } = globalThis[Symbol.for("agentop.kernel")];
     signal.addEventListener("abort", () => console.log("told"));
     console.log("begun"); await new Promise(() => {}); console.log("never");`,
    `await 0; console.log("begun"); while (true) {}`,
  ];
  for (const code of cells) {
    const printed = Promise.withResolvers<void>();
    const endless = kernel.client.execute(code, { onOutput: () => printed.resolve() });
    await printed.promise;
    await kernel.interrupt();
    const { outputs } = await endless;
    assert.equal(brief(outputs).at(-1), "error Interrupted The cell was interrupted");
    assert.equal(brief(outputs)[0], code === cells[0] ? "stdout begun\ntold\n" : "stdout begun\n");
  }
  assert.deepEqual(brief((await kernel.client.execute("await 3")).outputs), ["execute_result 3"]);
});

Deno.test("kernel interrupts a cell that computes and waits in turn, and not the one after it", async () => {
  await using kernel = await StartedKernel.start(FOLDER);
  const turn =
    "const end = Date.now() + 50; while (Date.now() < end); await new Promise((go) => setTimeout(go, 5));";
  for (let time = 0; time < 2; time++) {
    const printed = Promise.withResolvers<void>();
    const endless = kernel.client.execute(`console.log("begun"); for (;;) { ${turn} }`, {
      onOutput: () => printed.resolve(),
    });
    await printed.promise;
    await kernel.interrupt();
    assert.equal(brief((await endless).outputs).at(-1), "error Interrupted The cell was interrupted");
    const next = await kernel.client.execute("await new Promise((go) => setTimeout(go, 400)); 7");
    assert.deepEqual(brief(next.outputs), ["execute_result 7"]);
  }
});

Deno.test("kernel says what is wrong with a cell that cannot be read", async () => {
  await using kernel = await StartedKernel.start(FOLDER);
  const { outputs } = await kernel.client.execute("const = 4");
  assert.deepEqual(brief(outputs), ["error SyntaxError Unexpected token (1:6)"]);
});

Deno.test("kernel does not run what is queued behind a cell that failed", async () => {
  await using kernel = await StartedKernel.start(FOLDER);
  const cells = ["console.log('before'); throw new Error('bad')", "globalThis.ran = true"];
  const [failed, skipped] = await Promise.all(cells.map((code) => kernel.client.execute(code)));
  assert.deepEqual(brief(failed!.outputs), ["stdout before\n", "error Error bad"]);
  assert.equal(skipped!.status, "aborted");
  assert.deepEqual(brief((await kernel.client.execute("typeof ran")).outputs), [
    `execute_result "undefined"`,
  ]);
});

Deno.test("kernel says that the real kernel is gone, and ends", async () => {
  await using kernel = await StartedKernel.start(FOLDER);
  const { status, outputs } = await kernel.client.execute("console.log('bye'); Deno.exit(3)");
  assert.equal(status, "error");
  assert.deepEqual(brief(outputs).at(-1), "error KernelDied Deno's kernel is gone: it ended with code 3");
  assert.equal(await kernel.exitCode, 1);
});

Deno.test("kernel asks a person what a cell asks, and works in the notebook's folder", async () => {
  await using kernel = await StartedKernel.start(FOLDER);
  const { outputs } = await kernel.client.execute(`prompt("who?")`, {
    onInput: (question) => `you: ${question}`,
  });
  assert.deepEqual(brief(outputs), [`execute_result "you: who?"`]);
  await Deno.writeTextFile(join(FOLDER, "beside.txt"), "found");
  const read = await kernel.client.execute(`Deno.readTextFileSync("beside.txt")`);
  assert.deepEqual(brief(read.outputs), [`execute_result "found"`]);
});

Deno.test("kernel gives cells anywhere the program's own library, and what is beside their notebook", async () => {
  await Deno.writeTextFile(join(FOLDER, "beside.ts"), "export const beside = 'here';");
  await using kernel = await StartedKernel.start(FOLDER);
  const code = `import { openStudio } from "@agentop/studio";
import { beside } from "./beside.ts";
const again = await import("@agentop/studio");
console.log(beside, openStudio === again.openStudio, Deno.cwd());`;
  assert.deepEqual(brief((await kernel.client.execute(code)).outputs), [`stdout here true ${FOLDER}\n`]);
});
