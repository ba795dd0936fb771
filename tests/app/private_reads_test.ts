import assert from "node:assert/strict";
import { join } from "node:path";
import { isPrivate } from "../../lib/app/private_reads.ts";
import { CliHome } from "../support/cli.ts";
import { parseScenarios, startSimulator } from "../../lib/simulator/mod.ts";

const PLACES = { own: "/home/ann/project/agents", userHome: "/home/ann" };

Deno.test("isPrivate() names the home folder as a whole, what is hidden in it, and the system's folders", () => {
  for (
    const path of [
      "/",
      "/home",
      "/home/ann",
      "/home/ann/.ssh",
      "/home/ann/.config/x",
      "/etc",
      "/proc/self",
      "/root",
    ]
  ) {
    assert.equal(isPrivate(path, PLACES), true, path);
  }
  for (
    const path of [
      "/home/ann/project",
      "/home/ann/data",
      "/home/bob",
      "/srv/etc",
      "/etcetera",
      "/tmp/x",
      "/home/ann/project/.cache",
      "/home/annex",
    ]
  ) {
    assert.equal(isPrivate(path, PLACES), false, path);
  }
});

Deno.test("isPrivate() leaves an agent what lies beside its file, but never the home folder", () => {
  assert.equal(
    isPrivate("/home/ann/.agents/data", { own: "/home/ann/.agents", userHome: "/home/ann" }),
    false,
  );
  assert.equal(isPrivate("/home/ann", { own: "/home/ann", userHome: "/home/ann" }), true);
  // A home that is one of the system's folders, as an administrator's is.
  assert.equal(isPrivate("/run/project/data", { own: "/x", userHome: "/run" }), false);
  assert.equal(isPrivate("/run/.ssh", { own: "/x", userHome: "/run" }), true);
});

const READS = {
  name: "reads",
  steps: [{ toolCalls: [{ name: "read_file", arguments: { path: "key" } }] }, { text: "The end." }],
};

/** What the model was told by `read_file` of an agent with this root, in the home folder of a person with a key. */
async function told(
  root: string,
  prepare?: (home: CliHome, env: Record<string, string>) => Promise<unknown>,
) {
  await using home = await CliHome.create();
  const sim = await startSimulator({ scenarios: await parseScenarios(JSON.stringify(READS), "t.yaml") });
  try {
    const ann = join(home.path, "ann");
    for (const folder of [".ssh", "data", "project/agents"]) {
      await Deno.mkdir(join(ann, folder), { recursive: true });
    }
    await Deno.writeTextFile(join(ann, ".ssh", "key"), "TOPSECRET");
    await Deno.writeTextFile(join(ann, "data", "key"), "figures");
    const denoDir = Deno.env.get("DENO_DIR") ?? join(Deno.env.get("HOME") ?? "", ".cache", "deno");
    const env = {
      HOME: ann,
      DENO_DIR: denoDir,
      MISTRAL_SERVER_URL: sim.url,
      MISTRAL_API_KEY: "k",
      AGENTOP_AGENTS: join(ann, "project", "agents"),
    };
    await Deno.symlink(join(ann, ".ssh"), join(ann, "project", "agents", "notes"));
    await Deno.writeTextFile(
      join(ann, "project", "agents", "reader.yaml"),
      `model: mistral-small-latest\ntools: [{ read_file: { root: ${root} } }]\n`,
    );
    await prepare?.(home, env);
    const { code, stderr } = await home.run(["run", "reader", "go"], { env });
    assert.equal(code, 0, stderr);
    const shown = (await home.run(["show", "last", "--json"], { env })).json();
    return {
      result: String(shown.toolCalls[0].result),
      agents: (await home.run(["agents"], { env })).stdout,
    };
  } finally {
    await sim.close();
  }
}

Deno.test({
  name: "an agent that nobody trusts reads no private place unasked, not by a link in its folder either",
  ignore: Deno.build.os === "windows",
  async fn() {
    for (const root of ["../../.ssh", "./notes", "../.."]) {
      const { result, agents } = await told(root);
      assert.match(result, /was not allowed/, root);
      assert.match(agents, /private, so it asks/);
    }
    assert.equal((await told("../../data")).result, "figures");
  },
});

Deno.test({
  name: "an agent that is trusted as it is now reads what its file says",
  ignore: Deno.build.os === "windows",
  async fn() {
    const trust = (home: CliHome, env: Record<string, string>) =>
      home.run(["trust", env["AGENTOP_AGENTS"]!], { env });
    assert.equal((await told("../../.ssh", trust)).result, "TOPSECRET");
  },
});
