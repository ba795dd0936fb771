import assert from "node:assert/strict";
import { join } from "node:path";
import { newRunId, newTraceId, NO_TOTALS } from "../../lib/core/mod.ts";
import { type NotebookFile, runNotebook } from "../../lib/notebook/mod.ts";
import { CliHome } from "../support/cli.ts";
import { fakeHost } from "../support/fake_host.ts";

/** As for somebody without a key, with a store that is not the one the command was given. */
const ENV = {
  MISTRAL_API_KEY: "",
  MISTRAL_SERVER_URL: "",
  MISTRAL_MODEL: "",
  AGENTOP_STORE: "",
  AGENTOP_HOME: "/nowhere",
};

const plainOf = ({ cells }: NotebookFile) =>
  cells.filter((it) => it.cell_type === "code").map(({ source, outputs = [] }) => ({
    code: [source].flat().join(""),
    plain: outputs.map((it) => "data" in it ? String([it.data["text/plain"]].flat().join("")) : "").join(
      "\n",
    ),
  }));

Deno.test("notebook new writes a notebook outside the repository that runs, opens the given store, and replays", async () => {
  await using home = await CliHome.create();
  const said = `"; Deno.exit(7); // </script> \${Deno.exit(8)} $x$`;
  const { runId } = (await home.run(["run", "main", said, "--json"])).json();
  const { code, stdout } = await home.run(["notebook", "new", "about", "--run", "last"]);
  assert.equal(code, 0);
  assert.match(stdout, /^Wrote about\.ipynb\n/);
  const path = join(home.path, "about.ipynb");
  const before = await Deno.readTextFile(path);
  const cells = plainOf(await runNotebook(path, { env: ENV }));
  const shown = (start: string) => cells.find((it) => it.code.includes(start))!.plain;
  assert.match(shown("studio.trace(run)"), /: completed, /);
  assert.match(shown("studio.messages"), /user: "; Deno\.exit\(7\)/);
  assert.match(shown("studio.replay"), /hybrid replay \w{8} of \w{8}: completed/);
  assert.match(shown("studio.forks"), new RegExp(`● ${runId.slice(-8)}[^]*└─.* temperature 0 `));
  for (const { code, plain } of cells.slice(2)) assert.notEqual(plain, "", code);
  const again = await home.run(["notebook", "new", "about.ipynb"]);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /^agentop: Cannot write about\.ipynb: it exists\. Try: another name\n$/);
  assert.equal(await Deno.readTextFile(path), before);
});

Deno.test("notebook new tells in words what an imported run without messages lacks", async () => {
  await using home = await CliHome.create();
  const host = fakeHost();
  await home.withStore(async (store) => {
    const run = {
      traceId: newTraceId(host),
      runId: newRunId(host),
      agent: "elsewhere",
      status: "completed",
      model: "unknown-model-9",
      origin: "otlp",
      userId: "default",
      tags: {},
      config: {},
      prompt: "",
      startTimeUs: 1,
      endTimeUs: 2,
      totals: NO_TOTALS,
    } as const;
    await store.write([{ type: "run_start", run }]);
  });
  assert.equal((await home.run(["notebook", "new", "n"])).code, 0);
  const cells = plainOf(await runNotebook(join(home.path, "n.ipynb"), { env: ENV }));
  const text = cells.map(({ plain }) => plain).join("\n");
  for (
    const words of [
      "No step was recorded.",
      "No waterfall chart: ",
      "No call of this run was billed.",
      "No message is on record.",
      "No memory was recorded.",
      "No memory chart: ",
    ]
  ) assert(text.includes(words), `${words}: ${text}`);
  assert.match(
    await Deno.readTextFile(join(home.path, "n.ipynb")),
    /cannot be run again: its prompt is not on record/,
  );
});
