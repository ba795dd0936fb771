import assert from "node:assert/strict";
import { join } from "node:path";
import { parseScenarios, startSimulator } from "../../../lib/simulator/mod.ts";
import { pressedKey } from "../../../lib/cli/process/terminal_keys.ts";
import { CliHome, HOSTILE, UNSAFE } from "../../support/cli.ts";
import { programLine } from "../../support/program.ts";
import { PtyProgram } from "../../support/pty.ts";

const AGENTOP = programLine("cli");

const RESTORED = "until stty -a | grep -q ' icanon'; do sleep 0.1; done; echo it is restored";

interface Write {
  readonly path: string;
  readonly content: string;
}

/** A run in a terminal whose model writes all these files at once, then ends. */
class Asked implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();

  private constructor(readonly home: CliHome, readonly terminal: PtyProgram) {}

  static async open(writes: readonly Write[], command: string): Promise<Asked> {
    const home = await CliHome.create();
    await Deno.mkdir(join(home.path, "agents"));
    await Deno.mkdir(join(home.path, "out"));
    const agent = "model: mistral-small-latest\ntools: [{ write_file: { root: ../out } }]\napprove: ask\n";
    await Deno.writeTextFile(join(home.path, "agents", "scribe.yaml"), agent);
    const scenario = {
      name: "writes",
      steps: [
        { toolCalls: writes.map((it) => ({ name: "write_file", arguments: it })) },
        { text: "The end." },
      ],
    };
    const sim = await startSimulator({ scenarios: await parseScenarios(JSON.stringify(scenario), "t.yaml") });
    const env = { AGENTOP_HOME: home.path, MISTRAL_SERVER_URL: sim.url, MISTRAL_API_KEY: "k" };
    const terminal = new PtyProgram(["sh", "-c", command.replaceAll("agentop", AGENTOP)], {
      cwd: home.path,
      env,
      rows: 24,
    });
    const asked = new Asked(home, terminal);
    asked.#stack.defer(() => home[Symbol.asyncDispose]());
    asked.#stack.defer(() => sim.close());
    asked.#stack.use(terminal);
    return asked;
  }

  files(): readonly string[] {
    return [...Deno.readDirSync(join(this.home.path, "out"))].map((it) => it.name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

const unix = { ignore: Deno.build.os === "windows" };

Deno.test(
  "run asks at the terminal though the prompt comes through a pipe; always is for calls that wait too",
  unix,
  async () => {
    const writes = [1, 2, 3].map((n) => ({ path: `${n}.txt`, content: `${n}` }));
    await using asked = await Asked.open(writes, "echo go | agentop run scribe 2>log | cat; stty -a");
    const { terminal } = asked;
    await terminal.waitFor(/Allow it\?.*every call of write_file in this run of scribe/s);
    assert.deepEqual(asked.files(), []);
    terminal.keys("a");
    await terminal.waitFor(/The end\.[^]* icanon/);
    assert.deepEqual(asked.files(), ["1.txt", "2.txt", "3.txt"]);
    assert.equal(terminal.raw.split("Allow it?").length, 2, "one question");
    assert.equal(await terminal.exit, 0);
  },
);

Deno.test(
  "what was typed before the question does not answer it, and no is told to the model",
  unix,
  async () => {
    const command = "stty -echo; read go; agentop run scribe go; agentop show last --json > shown";
    await using asked = await Asked.open([{ path: "a.txt", content: "a" }], command);
    const { terminal } = asked;
    terminal.keys("\nyyy");
    await terminal.waitFor(/Allow it\?/);
    terminal.keys("n");
    await terminal.waitFor(/The end\./);
    assert.equal(await terminal.exit, 0);
    assert.deepEqual(asked.files(), []);
    const { toolCalls } = JSON.parse(await Deno.readTextFile(join(asked.home.path, "shown")));
    assert.match(toolCalls[0].result, /not allowed: the person at the terminal refused it/);
  },
);

Deno.test(
  "arguments are shown whole, page by page and escaped, before they can be allowed",
  unix,
  async () => {
    const content = Array.from({ length: 60 }, (_, n) => `row ${n} ${"x".repeat(80)}`).join("") + HOSTILE;
    await using asked = await Asked.open([{ path: "a.txt", content }], "agentop run scribe go");
    const { terminal } = asked;
    await terminal.waitFor(/more rows: space shows them/);
    const from = terminal.raw.indexOf("scribe wants to call");
    terminal.keys(" ");
    await terminal.waitForOutput(/more rows[^]*more rows/, from);
    assert.deepEqual(asked.files(), []);
    terminal.keys("e");
    await terminal.waitFor(/Allow it\?/);
    // deno-lint-ignore no-control-regex
    const shown = terminal.raw.slice(from).replace(/\r|\x1b\[K/g, "");
    assert.match(shown.replace(/\n {2}/g, ""), /row 30 ?x+row 31 ?x/);
    assert.match(shown, /u202e/);
    assert.doesNotMatch(shown, UNSAFE);
    terminal.keys("y");
    await terminal.waitFor(/The end\./);
    assert.equal(await Deno.readTextFile(join(asked.home.path, "out", "a.txt")), content);
  },
);

for (const [name, end] of [["SIGTERM", "kill"], ["SIGKILL", "kill -9"]] as const) {
  Deno.test(`a run that ${name} ends while it asks leaves the terminal as it was`, unix, async () => {
    const command = `agentop run scribe go & echo $! > pid; fg; ${RESTORED}; read line; echo "got $line"`;
    await using asked = await Asked.open([{ path: "a.txt", content: "a" }], `set -m; ${command}`);
    const { terminal } = asked;
    await terminal.waitFor(/Allow it\?/);
    const pid = (await Deno.readTextFile(join(asked.home.path, "pid"))).trim();
    await new Deno.Command("sh", { args: ["-c", `${end} ${pid}`] }).output();
    await terminal.waitFor(/it is restored/);
    terminal.keys("hello\r");
    await terminal.waitFor(/got hello/);
    assert.equal(await terminal.exit, 0);
  });
}

Deno.test("pressedKey() takes one key, not a piece of another", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.equal(pressedKey(bytes("y"), "yYa"), "y");
  for (const other of ["\x1b[A", "\x1b[a", "yy", "", "ü", "\r", "A"]) {
    assert.equal(pressedKey(bytes(other), "yYa"), undefined, JSON.stringify(other));
  }
});

Deno.test("without a terminal nothing is allowed, and the model is told why", async () => {
  await using home = await CliHome.create();
  await Deno.mkdir(join(home.path, "agents"));
  await Deno.writeTextFile(
    join(home.path, "agents", "scribe.yaml"),
    "model: mistral-small-latest\ntools: [{ write_file: { root: . } }]\napprove: ask\n",
  );
  const scenario = {
    name: "writes",
    steps: [{ toolCalls: [{ name: "write_file", arguments: { path: "a", content: "a" } }] }, { text: "end" }],
  };
  const sim = await startSimulator({ scenarios: await parseScenarios(JSON.stringify(scenario), "t.yaml") });
  try {
    const env = { MISTRAL_SERVER_URL: sim.url, MISTRAL_API_KEY: "k" };
    const run = await home.run(["run", "scribe", "go"], { env });
    assert.deepEqual([run.code, run.stdout, run.stderr], [0, "end\n", ""]);
    const shown = (await home.run(["show", "last", "--json"])).json();
    assert.match(shown.toolCalls[0].result, /not allowed: it needs an approval, and there is no terminal/);
  } finally {
    await sim.close();
  }
});
