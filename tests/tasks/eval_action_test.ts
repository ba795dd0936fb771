import assert from "node:assert/strict";
import { join } from "node:path";
import { parse } from "yaml";
import { DENO_VERSION } from "../../tasks/package/targets.ts";

const read = (path: string) => Deno.readTextFile(new URL(`../../${path}`, import.meta.url));

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly if?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
}

const ACTION = parse(await read("action.yml"));
const STEPS: readonly Step[] = ACTION.runs.steps;
const step = (name: string) => STEPS.find((it) => it.name === name)!;

Deno.test("the action: what callers give reaches the shell through the environment only", () => {
  assert.equal(ACTION.runs.using, "composite");
  const given = Object.keys(ACTION.inputs);
  assert.deepEqual(given, ["suite", "store", "baseline", "args", "inconclusive", "simulator", "token"]);
  for (const it of STEPS) {
    assert.ok(it.run && it.shell === "bash", `${it.name} runs in bash`);
    assert.ok(!it.run.includes("${{"), `${it.name} puts nothing into its script`);
    const named = Object.values(it.env ?? {}).flatMap((value) =>
      /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(value)?.[1] ?? []
    );
    for (const name of named) assert.ok(given.includes(name), `${name} is an input`);
  }
  const used = new Set(
    STEPS.flatMap((it) => [...JSON.stringify(it).matchAll(/inputs\.([\w-]+)/g)].map((match) => match[1])),
  );
  assert.deepEqual([...used].sort(), [...given].sort(), "every input is used");
});

Deno.test("the action: the token is with the comment alone, and what is installed sees no key", () => {
  const withToken = STEPS.filter((it) =>
    Object.values(it.env ?? {}).some((value) => value.includes("token"))
  );
  assert.deepEqual(withToken.map(({ name }) => name), ["comment"]);
  assert.equal(step("install AgentOp Studio").env!.MISTRAL_API_KEY, "");
  assert.equal(step("comment").env!.MISTRAL_API_KEY, "");
  assert.ok(step("install AgentOp Studio").run!.includes(`deno@${DENO_VERSION}\n`));
  assert.match(step("comment").if!, /inputs\.token != ''/);
});

Deno.test("the example workflow: rights by job, actions by their commit, every input is one of the action", async () => {
  const text = await read("docs/eval-workflow.yml");
  const { on, permissions, jobs } = parse(text);
  assert.deepEqual([permissions, Object.keys(on)], [{}, ["push", "pull_request"]]);
  assert.deepEqual(jobs.eval.permissions, { contents: "read", "pull-requests": "write" });
  const uses: readonly Step[] = jobs.eval.steps;
  const own = uses.filter((it) => it.uses === "./");
  assert.equal(own.length, 1);
  for (const name of Object.keys(own[0]!.with!)) assert.ok(name in ACTION.inputs, name);
  for (const it of uses) {
    assert.equal(it.run, undefined);
    if (it.uses !== "./") assert.match(it.uses!, /^[\w-]+\/[\w/-]+@[0-9a-f]{40}$/);
  }
  assert.equal(uses[0]!.with!["persist-credentials"], false);
});

interface Ran {
  readonly code: number;
  readonly said: string;
  /** What the program or `gh` was called with, a word on each line. */
  readonly words: readonly string[];
  readonly outputs: string;
  readonly summary: string;
}

/** Runs a step as a runner does, with a program in its place that notes its words and ends with `exit`. */
async function run(name: string, env: Readonly<Record<string, string>>, exit = 0): Promise<Ran> {
  const folder = await Deno.makeTempDir();
  try {
    const bin = join(folder, "agentop-studio", "node_modules", ".bin");
    await Deno.mkdir(bin, { recursive: true });
    const stub = `#!/usr/bin/env bash
printf '%s\\n' "$@" >> "$WORDS"
for it in "$@"; do case "$it" in --markdown=*) echo '# scores' > "\${it#--markdown=}" ;; esac; done
case " $* " in *" --paginate "*) printf '%s' "$FOUND" ;; esac
exit ${exit}
`;
    for (const program of ["agentop", "gh"]) {
      await Deno.writeTextFile(join(bin, program), stub, { mode: 0o755 });
    }
    const at = (file: string) => join(folder, file);
    for (const file of ["words", "outputs", "summary"]) await Deno.writeTextFile(at(file), "");
    await Deno.writeTextFile(at("report.md"), `.${env["LETTERS"] ?? ""}`);
    const { code, stdout, stderr } = await new Deno.Command("bash", {
      args: ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step(name).run!],
      clearEnv: true,
      env: {
        PATH: `${bin}:${Deno.env.get("PATH")}`,
        RUNNER_TEMP: folder,
        GITHUB_OUTPUT: at("outputs"),
        GITHUB_STEP_SUMMARY: at("summary"),
        GITHUB_REPOSITORY: "someone/agents",
        WORDS: at("words"),
        REPORT: at("report.md"),
        FOUND: "",
        ...env,
      },
    }).output();
    const text = new TextDecoder();
    return {
      code,
      said: text.decode(stdout) + text.decode(stderr),
      words: (await Deno.readTextFile(at("words"))).split("\n").slice(0, -1),
      outputs: await Deno.readTextFile(at("outputs")),
      summary: await Deno.readTextFile(at("summary")),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const GIVEN = {
  SUITE: "-$(echo it ran)",
  STORE: "",
  BASELINE: "",
  ARGS: "",
  INCONCLUSIVE: "fail",
  SIMULATOR: "refuse",
  MISTRAL_API_KEY: "k",
};
const ignore = Deno.build.os === "windows";

Deno.test(
  { name: "the action: a suite is run with its inputs as words, whatever is in them", ignore },
  async () => {
    const ran = await run("run the suite", {
      ...GIVEN,
      STORE: "my store.db",
      BASELINE: "last/`id`",
      ARGS: "--budget\n0.5; exit\n\n--only\n* \"'\n",
    }, 1);
    const [first, report, ...others] = ran.words;
    assert.equal(first, "eval");
    assert.match(report!, /^--markdown=.+\/report\.md$/);
    assert.deepEqual(others, [
      "--store=my store.db",
      "--baseline=last/`id`",
      "--budget",
      "0.5; exit",
      "--only",
      "* \"'",
      "--",
      "-$(echo it ran)",
    ]);
    assert.equal(ran.code, 0, "the gate says it, after the comment");
    assert.equal(ran.outputs, `exit-code=1\nreport=${report!.slice("--markdown=".length)}\n`);
    assert.equal(ran.summary, "# scores\n");
    const plain = await run("run the suite", GIVEN, 3);
    assert.deepEqual(plain.words.slice(2), ["--", "-$(echo it ran)"]);
    const wrong = await run("run the suite", { ...GIVEN, INCONCLUSIVE: "maybe" });
    assert.deepEqual([wrong.code, wrong.words], [2, []]);
    const keyless = { ...GIVEN, MISTRAL_API_KEY: "" };
    const refused = await run("run the suite", keyless);
    assert.deepEqual([refused.code, refused.words], [2, []]);
    assert.match(refused.said, /::error::.*there is no key/);
    for (const more of [{ SIMULATOR: "allow" }, { MISTRAL_SERVER_URL: "http://127.0.0.1:1" }]) {
      assert.equal((await run("run the suite", { ...keyless, ...more })).words[0], "eval");
    }
  },
);

Deno.test(
  { name: "the action: its end is that of the gate, undecided as the input says", ignore },
  async () => {
    for (const CODE of ["0", "1", "2", "3", "130"]) {
      assert.equal((await run("gate", { CODE, INCONCLUSIVE: "fail" })).code, Number(CODE));
    }
    const passed = await run("gate", { CODE: "3", INCONCLUSIVE: "pass" });
    assert.deepEqual([passed.code, passed.said.startsWith("::warning::")], [0, true]);
    assert.equal((await run("gate", { CODE: "1", INCONCLUSIVE: "pass" })).code, 1);
  },
);

Deno.test(
  { name: "the action: one comment for each suite, written anew where it is there", ignore },
  async () => {
    const env = { SUITE: "evals/a.yaml", PULL: "7", GH_TOKEN: "t" };
    const made = await run("comment", env);
    assert.ok(
      made.words.includes("POST") && made.words.includes("repos/someone/agents/issues/7/comments"),
      made.said,
    );
    const cut = await run("comment", { ...env, LETTERS: "é".repeat(40_000) });
    assert.ok(cut.code === 0 && cut.words.includes("POST"), "a report that is cut within a letter");
    const again = await run("comment", { ...env, FOUND: "41\n42\n" });
    assert.ok(
      again.words.includes("PATCH") && again.words.includes("repos/someone/agents/issues/comments/41"),
    );
    assert.ok(!again.words.includes("POST"));
    const refused = await run("comment", env, 1);
    assert.equal(refused.code, 0, "a token that may not write fails nothing");
    assert.match(refused.said, /::warning::.*pull-requests: write/);
  },
);
