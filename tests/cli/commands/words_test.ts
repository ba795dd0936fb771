import assert from "node:assert/strict";
import { join } from "node:path";
import { startSimulator } from "../../../lib/simulator/mod.ts";
import { CliHome, type CliOptions, UNSAFE } from "../../support/cli.ts";

const AGENT = "model: sim-echo\n";

async function homeWithEcho(): Promise<CliHome> {
  const home = await CliHome.create();
  await Deno.mkdir(join(home.path, "agents"));
  await Deno.writeTextFile(join(home.path, "agents", "echo.yaml"), AGENT);
  return home;
}

/** The prompt that a command line runs. */
async function promptOf(home: CliHome, args: readonly string[], stdin?: string): Promise<string> {
  const run = await home.run(["--json", "run", "echo", ...args], stdin === undefined ? {} : { stdin });
  assert.equal(run.code, 0, run.stderr);
  return (await home.run(["show", run.json().runId, "--json"])).json().run.prompt;
}

Deno.test('a prompt is the argument and then the file; "-" is stdin for both', async () => {
  await using home = await homeWithEcho();
  await Deno.writeTextFile(join(home.path, "text.md"), "\ufeffThe text.\n");
  assert.equal(await promptOf(home, ["Shorten this:", "--file", "text.md"]), "Shorten this:\n\nThe text.\n");
  assert.equal(await promptOf(home, ["-"], "from stdin"), "from stdin");
  assert.equal(await promptOf(home, ["Shorten:", "--file", "-"], "piped"), "Shorten:\n\npiped");
  assert.equal(await promptOf(home, ["--", "-5 plus 3?"]), "-5 plus 3?");
});

Deno.test("a NUL in a prompt is kept to the byte, and escaped where people or SQL look at it", async () => {
  await using home = await homeWithEcho();
  await Deno.writeTextFile(join(home.path, "nul.txt"), "before\x00AFTER");
  assert.equal(await promptOf(home, ["--file", "nul.txt"]), "before\x00AFTER");
  const shown = await home.run(["show", "last"]);
  assert.match(shown.stdout, /before\\x00AFTER/);
  assert.doesNotMatch(shown.stdout, UNSAFE);
  const query = "select initial_prompt, char(0) || 'b' as made from runs";
  const table = await home.run(["sql", query]);
  assert.match(table.stdout, /before\\u0000AFTER\s+\\x00b/);
  assert.deepEqual((await home.run(["sql", query, "--json"])).json(), [
    { initial_prompt: "before\\u0000AFTER", made: "\x00b" },
  ]);
});

Deno.test("what cannot be is said in one line, with what helps", async () => {
  await using home = await homeWithEcho();
  await Deno.writeFile(join(home.path, "noise.db"), new Uint8Array(5000).fill(7));
  await using taken = await startSimulator({}).then((sim) => ({
    port: sim.port,
    [Symbol.asyncDispose]: () => sim.close(),
  }));
  const store = { env: { MISTRAL_SERVER_URL: "foo" } };
  const cases: readonly (readonly [readonly string[], string, CliOptions?])[] = [
    [["show", "last"], 'Cannot find run "last": there are no runs yet. Try: agentop demo'],
    [["cost", "last"], 'Cannot find run "last": there are no runs yet. Try: agentop demo'],
    [["stop", "1234"], 'Cannot find run "1234": there are no runs yet. Try: agentop demo'],
    [
      ["run", "echo", "-5 plus 3?"],
      'Cannot read the command line: "-5 plus 3?" begins with "-" and is no option. ' +
      "Try: agentop run AGENT -- PROMPT, where everything after -- is text",
    ],
    [
      ["run", "echo", "hi", "--set", "=1"],
      'Cannot read --set =1: there is no name before its "=". Try: --set key=value',
    ],
    [["run", "echo", "hi", "--set", "x"], 'Cannot read --set x: it has no "=". Try: --set key=value'],
    [
      ["run", "echo", "-", "--file", "-"],
      'Cannot run echo: stdin can be read once, and both prompt and --file are "-". Try: one of them',
    ],
    [
      ["run", "echo", "hi", "--json", "--jsonl"],
      "Cannot print both: --json and --jsonl exclude each other. Try: one of them",
    ],
    [["help", "nosuch"], 'Cannot show help for "nosuch": there is no such command. Try: agentop help'],
    [
      ["--store", ".", "runs"],
      "Cannot open the store .: it is a folder. Try: a file in it: --store agentop.db",
    ],
    [
      ["--store", "noise.db", "runs"],
      "Cannot open the store noise.db: it is not a SQLite database. Try: choose another file with --store",
    ],
    [
      ["run", "echo", "hi"],
      'Cannot use the server URL of MISTRAL_SERVER_URL: it is not a URL: got "foo". Try: MISTRAL_SERVER_URL=http://localhost:11434',
      store,
    ],
    [
      ["runs"],
      'Cannot use the server URL of HF_ENDPOINT: it is not a URL: got "foo". Try: HF_ENDPOINT=https://huggingface.co',
      { env: { HF_ENDPOINT: "foo" } },
    ],
    [
      ["replay", "last", "--from", "0"],
      'Cannot use --from: it must be a whole number from 1 to 1000000: got "0". Try: --from 1',
    ],
    [
      ["sim", "--port", String(taken.port)],
      `Cannot start the simulator on 127.0.0.1:${taken.port}: the port is taken. Try: --port 0, or another --port`,
    ],
  ];
  for (const [args, message, options] of cases) {
    const result = await home.run(args, options);
    assert.deepEqual(
      [result.code, result.stdout, result.stderr],
      [2, "", `agentop: ${message}\n`],
      args.join(" "),
    );
  }
});

Deno.test("--json is one document for what prints text otherwise", async () => {
  await using home = await CliHome.create();
  assert.deepEqual(Object.keys((await home.run(["--version", "--json"])).json()), ["version"]);
  const { shell, script } = (await home.run(["completions", "zsh", "--json"])).json();
  assert.equal(shell, "zsh");
  assert.equal(`${script}\n`, (await home.run(["completions", "zsh"])).stdout);
  const help = await home.run(["help", "replay", "--json"]);
  const { command, arguments: given, options, text } = help.json();
  assert.deepEqual([command, given.map((it: { name: string }) => it.name)], ["agentop replay", ["run"]]);
  assert(options.some((it: { flags: string }) => it.flags === "--from <step>"));
  assert.equal(text, (await home.run(["help", "replay"])).stdout);
  assert.deepEqual((await home.run(["replay", "--help", "--json"])).json(), help.json());
  assert((await home.run(["--json", "help"])).json().commands.length > 10);
});
