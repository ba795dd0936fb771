import assert from "node:assert/strict";
import { join } from "node:path";
import { CliHome } from "../../support/cli.ts";

const PROGRAM = `
const response = await fetch(Deno.env.get("OPENAI_BASE_URL") + "/chat/completions", {
  method: "POST",
  headers: { "content-type": "application/json", authorization: "Bearer " + Deno.env.get("OPENAI_API_KEY") },
  body: JSON.stringify({ model: "mistral-small-latest", messages: [{ role: "user", content: "what is 2 * 21?" }] }),
});
console.log(response.status, (await response.json()).choices[0].message.role);
Deno.exit(7);
`;

Deno.test("record: a program's calls are a run, its output and exit code are its own", async () => {
  await using home = await CliHome.create();
  await Deno.writeTextFile(join(home.path, "agent.ts"), PROGRAM);
  const { code, stdout, stderr } = await home.run([
    ...[
      "record",
      "--",
      Deno.execPath(),
      "run",
      "--quiet",
      "--no-config",
      "--allow-net",
      "--allow-env",
      "agent.ts",
    ],
  ]);
  assert.deepEqual([code, stdout], [7, "200 assistant\n"], stderr);
  assert.match(stderr, /completed {2}1 call .*what is 2 \* 21\?/);
  const runs = (await home.run(["--json", "runs"])).json();
  assert.deepEqual([runs.length, runs[0].agent, runs[0].status], [1, "proxy", "completed"]);
});

Deno.test("record and proxy: what cannot be is one line with exit code 2", async () => {
  await using home = await CliHome.create();
  const unknown = await home.run(["record", "--", "no-such-program-anywhere"]);
  assert.equal(unknown.code, 2);
  assert.match(
    unknown.stderr,
    /Cannot start no-such-program-anywhere: there is no such program\. Try: agentop record -- /,
  );
  const missing = await home.run(["proxy", "--on-miss", "fail"]);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /Cannot use --on-miss fail: only a cache has misses\. Try: --mode cache/);
  const nowhere = await home.run(["proxy", "--upstream", "ftp://x"]);
  assert.equal(nowhere.code, 2);
});
