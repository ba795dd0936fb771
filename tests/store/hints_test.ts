import assert from "node:assert/strict";
import { join } from "node:path";
import { CliHome } from "../support/cli.ts";
import { openHints } from "../../lib/store/mod.ts";

Deno.test("hints name runs by the beginning of either form of their id, newest first, and take no pattern", async () => {
  await using home = await CliHome.create();
  const prompt = `${'"\\ \u{1f680}'.repeat(80)} end`;
  const ids = await home.seed({ prompt }, { agent: "writer", group: "b" }, { group: "a", open: true }, {
    group: "b",
  });
  using hints = await openHints(home.storePath);
  const found = (begin: string, limit = 10) => hints.runs(begin, { limit }).map(({ runId }) => runId);
  assert.deepEqual(found(""), ids.toReversed());
  assert.deepEqual(found("", 1), [ids[3]]);
  assert.deepEqual(found(ids[1]!.slice(-8, -2)), [ids[1]]);
  assert.deepEqual(found(ids[2]!.slice(0, 30)), [ids[2]]);
  for (const pattern of ["%", "_", "' or 1", "last"]) assert.deepEqual(found(pattern), []);
  assert.deepEqual(hints.runs("", { limit: 9, status: ["running"] }).map(({ runId }) => runId), [ids[2]]);
  assert.deepEqual(hints.values("group"), ["b", "a"]);
  assert.deepEqual(hints.values("agent"), ["researcher", "writer"]);
  const [oldest] = hints.runs(ids[0]!, { limit: 1 });
  assert.deepEqual([oldest!.agent, oldest!.status], ["researcher", "completed"]);
  assert.ok(prompt.startsWith(oldest!.prompt) && oldest!.prompt.length > 150, oldest!.prompt);
});

Deno.test("hints open what is there and make nothing", async () => {
  await using home = await CliHome.create();
  await assert.rejects(openHints(home.storePath));
  await assert.rejects(openHints(join(home.path, "no", "folder.db")));
  assert.deepEqual([...Deno.readDirSync(home.path)], []);
});
