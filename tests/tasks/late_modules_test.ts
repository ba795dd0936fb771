import assert from "node:assert/strict";
import { lateNodeModules } from "../../tasks/late_modules.ts";

/** What a module exports, loaded from its text. */
async function exportsOf(text: string): Promise<Record<string, unknown>> {
  return await import(`data:text/javascript,${encodeURIComponent(text)}`);
}

Deno.test("in the bundle, Node's modules wait until they are used", async () => {
  const text = lateNodeModules(
    'import{createHash as a}from"node:crypto";import b,{constants as c}from"node:zlib";import*as d from"node:util";' +
      'export const hash=()=>a("sha256").update("x").digest("hex");export const level=()=>c.Z_BEST_SPEED;' +
      "export const same=()=>b.constants.Z_BEST_SPEED===c.Z_BEST_SPEED;export const shown=()=>d.inspect({});",
  );
  assert.doesNotMatch(text, /from"node:/);
  const { hash, level, same, shown } = await exportsOf(text) as Record<string, () => unknown>;
  assert.equal(hash!(), "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
  assert.deepEqual([level!(), same!(), shown!()], [1, true, "{}"]);
});

Deno.test("classes of such a module can be made, extended and asked for", async () => {
  const text = lateNodeModules(
    'import{Transform as T}from"node:stream";export class Mine extends T{get mine(){return true}}' +
      "export const plain=()=>new T;export const is=it=>it instanceof T;",
  );
  const { Mine, plain, is } = await exportsOf(text) as {
    Mine: new () => { mine: boolean };
    plain(): unknown;
    is(it: unknown): boolean;
  };
  const mine = new Mine();
  assert.ok(mine.mine && is(mine) && is(plain()) && !is({}));
});

Deno.test("what every start needs, and values that nothing can stand in for, stay imported", () => {
  const eager =
    'import{join}from"node:path";import E from"node:events";import{DatabaseSync}from"node:sqlite";';
  assert.equal(lateNodeModules(eager), eager);
  assert.match(
    lateNodeModules('import{EOL as e,cpus as f}from"node:os";'),
    /^const late.*\nimport\{EOL as e\}from"node:os";/,
  );
  assert.equal(lateNodeModules('import{x}from"./chunk.js";'), 'import{x}from"./chunk.js";');
});
