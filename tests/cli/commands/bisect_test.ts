import assert from "node:assert/strict";
import { join } from "node:path";
import { parseScenarios, startSimulator } from "../../../lib/simulator/mod.ts";
import { CliHome } from "../../support/cli.ts";

async function git(folder: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("git", {
    args: ["-C", folder, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}

Deno.test("bisect --git names the commit of the agent file that made the answer wrong", async () => {
  await using home = await CliHome.create();
  const scenarios = await parseScenarios(
    JSON.stringify({ name: "bad", match: { agent: "carelessly" }, steps: [{ text: "It is 41." }] }) +
      "\n---\n" +
      JSON.stringify({ name: "good", steps: [{ text: "It is 42." }] }),
    "bisect.yaml",
  );
  const simulator = await startSimulator({ scenarios });
  try {
    const env = { MISTRAL_SERVER_URL: simulator.url, MISTRAL_API_KEY: "k" };
    const folder = join(home.path, "agents");
    await Deno.mkdir(folder);
    await git(folder, "init", "--quiet");
    const versions = [
      "Answer.",
      "Answer well.",
      "Answer carelessly.",
      "Answer carelessly, please.",
      "Be quick, carelessly.",
    ];
    for (const [index, instructions] of versions.entries()) {
      await Deno.writeTextFile(
        join(folder, "sums.yaml"),
        `model: mistral-small-latest\ninstructions: ${instructions}\n`,
      );
      await git(folder, "add", ".");
      await git(folder, "commit", "--quiet", "-m", `version ${index}`);
      if (index === 0) assert.equal((await home.run(["run", "sums", "six times seven?"], { env })).code, 0);
    }
    const args = ["bisect", "last", "--git", "HEAD", "--agent", "agents/sums.yaml"];
    const found = await home.run([...args, "--check", "grep -q 42", "--json"], { env });
    assert.equal(found.code, 0, found.stderr);
    assert.equal(found.json().culprit.summary, "Ada: version 2");
    assert.equal(found.json().commits, 5);
    const good = found.json().good;
    for (
      const [more, message] of [
        [["--check", "grep -q 43"], /the good run fails the check/],
        [["--check", "true"], /the newest version passes the check/],
      ] as const
    ) {
      const { code, stderr } = await home.run(["bisect", good, ...args.slice(2), ...more], { env });
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
    const wrong = await home.run([
      "bisect",
      good,
      "--git",
      "no-such-rev",
      "--agent",
      "agents/sums.yaml",
      "--check",
      "true",
    ], { env });
    assert.match(wrong.stderr, /^agentop: Cannot bisect no-such-rev: [^\n]+\n$/);
    const missing = await home.run(["bisect", good, "--check", "true"], { env });
    assert.match(missing.stderr, /the bad run is missing/);
  } finally {
    await simulator.close();
  }
});

Deno.test("bisect --git outside a repository says where to look, not again what was typed", async () => {
  await using home = await CliHome.create();
  await home.seed({ agent: "sums" });
  await Deno.writeTextFile(join(home.path, "sums.yaml"), "model: mistral-small-latest\n");
  const args = ["bisect", "last", "--git", "v1..HEAD", "--agent", "sums.yaml", "--scorer", "includes=x"];
  const { code, stdout, stderr } = await home.run(args);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(
    stderr,
    /^agentop: Cannot bisect v1\.\.HEAD: not a git repository.*Try: the path of an agent file in a git repository: --agent FILE\n$/,
  );
});
