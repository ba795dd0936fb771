import assert from "node:assert/strict";
import { join } from "node:path";
import { CliHome } from "../../support/cli.ts";
import { graded, keepExperiment } from "../../support/experiments.ts";
import { fakeHost } from "../../support/fake_host.ts";
import { programLine } from "../../support/program.ts";
import { PtyProgram } from "../../support/pty.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

function hasShell(name: string): boolean {
  try {
    return new Deno.Command(name, { args: ["-c", "exit 0"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

/** What the program offers for the last of `words`, without what it says about each. */
async function offered(home: CliHome, ...words: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await home.run(["complete", "fish", "--", ...words]);
  assert.deepEqual([code, stderr], [0, ""]);
  return stdout.trimEnd().split("\n").map((line) => line.split("\t")[0]!);
}

/** A home with the scripts in it, and an `agentop` that runs the program with what `CliHome` grants. */
async function homeWithScripts(): Promise<CliHome> {
  const home = await CliHome.create();
  const command = programLine("cli");
  await Deno.mkdir(join(home.path, "bin"));
  await Deno.writeTextFile(join(home.path, "bin", "agentop"), `#!/bin/sh\nexec ${command} "$@"\n`, {
    mode: 0o755,
  });
  for (const shell of SHELLS) {
    const { stdout } = await home.run(["completions", shell]);
    await Deno.writeTextFile(join(home.path, `agentop.${shell}`), stdout);
  }
  return home;
}

function environment(home: CliHome): Record<string, string> {
  return {
    AGENTOP_HOME: home.path,
    HOME: home.path,
    PATH: `${home.path}/bin:${Deno.env.get("PATH")}`,
    LANG: "C.UTF-8",
    DENO_DIR: Deno.env.get("DENO_DIR") ?? join(Deno.env.get("HOME") ?? "", ".cache/deno"),
  };
}

async function output(home: CliHome, command: string, args: readonly string[]): Promise<readonly string[]> {
  const child = new Deno.Command(command, { args: [...args], cwd: home.path, env: environment(home) });
  const { stdout, stderr } = await child.output();
  assert.equal(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).split("\n").filter((it) => it !== "");
}

/** What bash would put in place of the last word of each line. */
async function bash(home: CliHome, lines: readonly string[]): Promise<readonly (readonly string[])[]> {
  const asked = lines.map((_, index) => `
    COMP_LINE=$(cat line${index}; echo x); COMP_LINE=\${COMP_LINE%$'\\n'x}; COMP_POINT=\${#COMP_LINE}; COMP_WORDS=(agentop)
    _agentop; echo "== "; printf '%s\\n' "\${COMPREPLY[@]}"`);
  await Promise.all(
    lines.map((line, index) => Deno.writeTextFile(join(home.path, `line${index}`), `${line}\n`)),
  );
  const script = `source agentop.bash; source agentop.bash\n${asked.join("\n")}`;
  const said = await output(home, "bash", ["--norc", "--noprofile", "-c", script]);
  return said.join("\n").split("== ").slice(1).map((part) => part.split("\n").filter((it) => it !== ""));
}

Deno.test("complete knows commands, flags, what a flag may be, and where it is", async () => {
  await using home = await CliHome.create();
  const answers = await Promise.all([
    offered(home, "ru"),
    offered(home, "runs", "--so"),
    offered(home, "runs", "--sort", ""),
    offered(home, "runs", "--sort=o"),
    offered(home, "--store", "db", "runs", "--by", "x", "--sort", "c"),
    offered(home, "--store=db", "db", ""),
    offered(home, "db", "verify", "--he"),
    offered(home, "replay", "last", "--mode", ""),
    offered(home, "replay", "last", "--tools", "l"),
    offered(home, "run", "main", "hi", "--approve", ""),
    offered(home, "runs", "--status", "failed,s"),
    offered(home, "run", "main", "--set", "te"),
    offered(home, "run", "main", "--set", "model=mistral-large-l"),
    offered(home, "run", "main", "--file", ""),
    offered(home, "run", "main", "--", "--f"),
    offered(home, "init", ""),
    offered(home, "help", "run"),
    offered(home, "help", "db", "v"),
  ]);
  assert.deepEqual(answers, [
    ["nothing", "run", "runs"],
    ["nothing", "--sort"],
    ["nothing", "newest", "oldest", "cost", "tokens", "duration", "steps"],
    ["nothing", "--sort=oldest"],
    ["nothing", "cost"],
    ["nothing", "migrate", "verify", "repair", "backup", "prune", "recanonicalise", "stats", "help"],
    ["nothing", "--help"],
    ["nothing", "recorded", "hybrid", "live"],
    ["nothing", "live"],
    ["nothing", "ask", "auto", "never"],
    ["nothing", "failed,stopped"],
    ["nothing goes-on", "temperature="],
    ["nothing", "model=mistral-large-latest"],
    ["files"],
    ["nothing"],
    ["folders"],
    ["nothing", "run", "runs"],
    ["nothing", "verify"],
  ]);
});

Deno.test("complete offers agents, runs, groups, users and models that are there, and makes no store to look for them", async () => {
  await using home = await CliHome.create();
  assert.deepEqual(await offered(home, "show", ""), ["nothing", "last"]);
  assert.deepEqual(await offered(home, "runs", "--group", ""), ["nothing"]);
  assert.ok((await offered(home, "run", "")).includes("researcher"), "built-in agents");
  assert.deepEqual([...Deno.readDirSync(home.path)].map((it) => it.name), []);

  await Deno.mkdir(join(home.path, "agents"));
  await Deno.writeTextFile(join(home.path, "agents", "billing.yaml"), "model: [broken");
  const [first, second] = await home.seed(
    { group: "nightly", agent: "billing", model: "mistral-tiny" },
    { prompt: "Second\u001b[2J question\tof two" },
  );
  const [short, newest] = [first!.slice(-8), second!.slice(-8)];
  const begins = second!.slice(0, 20);
  assert.deepEqual(
    await Promise.all([
      offered(home, "run", "b"),
      offered(home, "show", ""),
      offered(home, "show", short.slice(0, 6)),
      offered(home, "diff", short, begins),
      offered(home, "stop", ""),
      offered(home, "runs", "--group", ""),
      offered(home, "runs", "--user", "d"),
      offered(home, "runs", "--model", "mistral-ti"),
      offered(home, "show", "last~1"),
      offered(home, "--home", "/nowhere", "runs", "--group", ""),
    ]),
    [
      ["nothing", "billing"],
      ["nothing", "last", newest, short],
      ["nothing", short],
      ["nothing", second],
      ["nothing"],
      ["nothing", "nightly"],
      ["nothing", "default"],
      ["nothing", "mistral-tiny"],
      ["nothing", "last~1"],
      ["nothing"],
    ],
  );
  const { stdout } = await home.run(["complete", "zsh", "--", "show", newest]);
  assert.match(
    stdout,
    new RegExp(`^nothing\n${newest}\t\\S+ researcher completed: Second␛?.*question of two\n$`),
  );
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(stdout, /[\x00-\x08\x1b]/);
});

Deno.test("complete offers experiments, their variants and suites where these stand, and to a chart what it is of", async () => {
  await using home = await CliHome.create();
  const host = fakeHost({ startMs: Date.UTC(2025, 0, 1) });
  const keep = (suite: string) =>
    home.withStore((store) =>
      keepExperiment(store, host, {
        suite,
        variants: ["small", "large"],
        cases: ["one"],
        scorers: ["exact"],
        result: () => ({ scores: [graded("exact", 1)] }),
      })
    );
  const first = await keep("sums");
  host.advance(60_000);
  const second = await keep("words");
  const [older, newer] = [first, second].map((it) => it.experimentId.slice(-8));
  await Deno.mkdir(join(home.path, "evals"));
  await Deno.writeTextFile(join(home.path, "evals", "sums.yaml"), "name: [broken");
  await Deno.writeTextFile(join(home.path, "evals", "cases.csv"), "id\n");
  const all = ["nothing", "last", newer, older];
  assert.deepEqual(
    await Promise.all([
      offered(home, "experiments", ""),
      offered(home, "eval", "--resume", ""),
      offered(home, "eval", "sums", "--baseline", older!),
      offered(home, "compare", "last~1/"),
      offered(home, "compare", "last", `${newer}/l`),
      offered(home, "review", "last~2"),
      offered(home, "experiments", "--suite", ""),
      offered(home, "eval", ""),
      offered(home, "eval", "./"),
      offered(home, "chart", "score-intervals", ""),
      offered(home, "chart", "cost", "last~4"),
    ]),
    [
      all,
      all,
      ["nothing", older],
      ["nothing", "last~1/small", "last~1/large"],
      ["nothing", `${newer}/large`],
      ["nothing", "last~2"],
      ["nothing", "words", "sums"],
      ["nothing", "sums"],
      ["files"],
      all,
      ["nothing", "last~4"],
    ],
  );
});

Deno.test("complete says nothing of trouble: a broken store, a bad variable, no home", async () => {
  await using home = await CliHome.create();
  await Deno.writeTextFile(home.storePath, "this is no database");
  const answers = await Promise.all([
    home.run(["complete", "fish", "--", "show", ""]),
    home.run(["complete", "fish", "--", "runs", "--group", ""], { env: { MAX_TOKENS: "abc" } }),
    home.run(["complete", "fish", "--", "run", ""], { env: { MAX_TOKENS: "abc" } }),
    home.run(["complete", "fish", "--", "db", "v"], { env: { MAX_TOKENS: "abc" } }),
    home.run(["complete", "fish"]),
    home.run(["complete", "bash", "--"]),
  ]);
  for (const { code, stderr, stdout } of answers) {
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^nothing\n/);
  }
  assert.equal(answers[3]!.stdout.split("\t")[0], "nothing\nverify");
});

Deno.test("completions is read off the program: every command of --help is offered, hidden ones never", async () => {
  await using home = await CliHome.create();
  const { stdout } = await home.run(["--help"]);
  const commands = [...stdout.split("Commands:")[1]!.split("\n\n")[0]!.matchAll(/^ {2}([a-z]+) /gm)].map((
    it,
  ) => it[1]!);
  assert.ok(commands.length >= 15);
  assert.deepEqual(await offered(home, ""), ["nothing", ...commands]);
  assert.deepEqual(
    await offered(home, "help", "sce"),
    ["nothing", "scenario"],
    "topics of the reference too",
  );
  const flags = await Promise.all([offered(home, "sql", "-"), offered(home, "replay", "last", "-")]);
  assert.doesNotMatch(flags.flat().join(" "), /--reader|--announce|--repeater/);
  const unknown = await home.run(["completions", "tcsh"]);
  assert.deepEqual([unknown.code, unknown.stdout], [2, ""]);
});

Deno.test({
  name: "completions: bash takes words apart as the program does, keeps order, and runs nothing of them",
  ignore: !hasShell("bash"),
  async fn() {
    await using home = await homeWithScripts();
    await home.seed({ group: "$(touch ran)" }, { group: "two words" });
    assert.deepEqual(
      await bash(home, [
        "agentop ru",
        "agentop run main --set model=mistral-large-l",
        "agentop run main --set mod",
        "agentop runs --sort=",
        "agentop   runs 'x y' --sort  c",
        "agentop runs --group ",
        "agentop runs --group tw",
        "agentop runs --group 'tw",
        'agentop runs --group "$',
        "agentop show $(touch ran) > ran --m",
        "agentop show `touch ran` ; touch ran; x",
        "agentop show last --file x",
      ]),
      [
        ["run", "runs"],
        ["mistral-large-latest"],
        ["model="],
        ["newest", "oldest", "cost", "tokens", "duration", "steps"],
        ["cost"],
        ["two\\ words", "\\$\\(touch\\ ran\\)"],
        ["two\\ words"],
        ["two words"],
        [],
        ["--messages", "--memory"],
        [],
        [],
      ],
    );
    assert.ok(![...Deno.readDirSync(home.path)].some(({ name }) => name === "ran"));
  },
});

Deno.test({
  name:
    "completions: fish shows candidates with what they are, files where a file is wanted, and runs nothing of them",
  ignore: !hasShell("fish"),
  async fn() {
    await using home = await homeWithScripts();
    await home.seed({ group: "$(touch ran)" });
    await Deno.writeTextFile(join(home.path, "prompt.txt"), "");
    const ask = (line: string) =>
      output(home, "fish", ["--no-config", "-c", `source agentop.fish; complete -C '${line}'`]);
    const [commands, file, edit, group, nothing] = await Promise.all([
      ask("agentop ru"),
      ask("agentop run main --file pr"),
      ask("agentop replay last --edit 1=pr"),
      ask("agentop runs --group "),
      ask("agentop run main --budget "),
    ]);
    assert.deepEqual(commands!.map((it) => it.split("\t")[0]), ["run", "runs"]);
    assert.equal(commands![1], "runs\tlist runs");
    assert.deepEqual([file, edit].map((it) => it![0]!.split("\t")[0]), ["prompt.txt", "1=prompt.txt"]);
    assert.deepEqual(group, ["$(touch ran)"]);
    assert.deepEqual(nothing, []);
    assert.ok(![...Deno.readDirSync(home.path)].some(({ name }) => name === "ran"));
  },
});

Deno.test({
  name: "completions: zsh lists candidates with what they are, and quotes what it puts in",
  ignore: !hasShell("zsh"),
  async fn() {
    await using home = await homeWithScripts();
    await home.seed({ group: "$(touch ran)" });
    using shell = new PtyProgram(["zsh", "-f"], { cwd: home.path, env: environment(home) });
    shell.keys("PS1='ready> '; autoload -U compinit && compinit -u -D && source ./agentop.zsh; clear\r");
    await shell.waitFor(/^ready> *$/m);
    shell.keys("agentop ru\t\t");
    await shell.waitFor(/run +-- run an agent.*\nruns +-- list runs/);
    shell.keys("\x15agentop runs --group \t");
    await shell.waitFor(/agentop runs --group \\\$\\\(touch\\ ran\\\)/);
    shell.keys("\x15agentop run main --set mod\tmistral-large-l\t");
    await shell.waitFor(/--set model=mistral-large-latest/);
    shell.keys("\x15");
    assert.ok(![...Deno.readDirSync(home.path)].some(({ name }) => name === "ran"));
  },
});
