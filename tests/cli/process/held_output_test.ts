import assert from "node:assert/strict";
import { HeldOutput } from "../../../lib/cli/process/held_output.ts";

Deno.test("HeldOutput writes what came while a question was open after its answer, in order", async () => {
  const output = new HeldOutput();
  const written: string[] = [];
  const write = (text: string) => output.write(() => void written.push(text));
  const answer = Promise.withResolvers<string>();
  write("before");
  const asked = output.during(() => answer.promise);
  write("first");
  write("second");
  assert.deepEqual(written, ["before"]);
  answer.resolve("y");
  assert.equal(await asked, "y");
  assert.deepEqual(written, ["before", "first", "second"]);
  write("after");
  assert.equal(written.at(-1), "after");
});

Deno.test("HeldOutput writes what it held when nobody answers", async () => {
  const output = new HeldOutput();
  const written: string[] = [];
  const asked = output.during(() => {
    output.write(() => void written.push("held"));
    return Promise.reject(new Error("nobody"));
  });
  await assert.rejects(asked, /nobody/);
  assert.deepEqual(written, ["held"]);
});
