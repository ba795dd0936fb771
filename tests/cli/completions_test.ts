import assert from "node:assert/strict";
import { CliHome } from "../support/cli.ts";
import { type CommandWords, completionScript } from "../../lib/cli/frame/completion_script.ts";

const help = {
  flags: ["-h", "--help"],
  description: "it's [help]: all of it",
  takesValue: false,
  choices: [],
};
const leaf = (name: string, more: Partial<CommandWords> = {}): CommandWords => ({
  name,
  description: `does ${name}`,
  options: [help],
  values: [],
  commands: [],
  ...more,
});
const PROGRAM: CommandWords = leaf("agentop", {
  options: [help, { flags: ["--store"], description: "where", takesValue: true, choices: [] }],
  commands: [
    leaf("runs", {
      options: [help, {
        flags: ["--sort"],
        description: "order",
        takesValue: true,
        choices: ["newest", "cost"],
      }],
    }),
    leaf("db", { commands: [leaf("verify"), leaf("stats")] }),
    leaf("show", { values: ["last"] }),
  ],
});

/** What bash offers for the last of `words`. */
async function complete(script: string, ...words: readonly string[]): Promise<readonly string[]> {
  const list = words.map((word) => `'${word}'`).join(" ");
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: [
      "--norc",
      "-c",
      `${script}\nCOMP_WORDS=(${list}); COMP_CWORD=${
        words.length - 1
      }; _agentop; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ],
  }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).split("\n").filter((it) => it !== "");
}

Deno.test({
  name: "completionScript() for bash knows commands, options, values and where it is",
  ignore: Deno.build.os === "windows",
  async fn() {
    const script = completionScript("bash", PROGRAM);
    const answers = await Promise.all([
      complete(script, "agentop", "r"),
      complete(script, "agentop", "runs", "--s"),
      complete(script, "agentop", "runs", "--sort", ""),
      complete(script, "agentop", "--store", "db", "runs", "--sort", "c"),
      complete(script, "agentop", "db", ""),
      complete(script, "agentop", "db", "verify", "--h"),
      complete(script, "agentop", "show", "l"),
      complete(script, "agentop", "--store", ""),
    ]);
    assert.deepEqual(answers, [
      ["runs"],
      ["--sort", "--store"],
      ["newest", "cost"],
      ["cost"],
      ["verify", "stats", "-h", "--help", "--store"],
      ["--help"],
      ["last"],
      [],
    ]);
  },
});

Deno.test("completionScript() for zsh and fish quotes what descriptions hold", () => {
  const zsh = completionScript("zsh", PROGRAM);
  assert.match(zsh, /^#compdef agentop\n/);
  assert.ok(zsh.includes(`'(-h --help)--help[it'\\''s \\[help\\]: all of it]'`));
  assert.ok(zsh.includes("'--sort[order]: :(newest cost)'"));
  assert.match(zsh, /\n_agentop_db_verify\(\) \{\n/);
  const fish = completionScript("fish", PROGRAM);
  assert.ok(fish.includes(`-s h -l help -d 'it\\'s [help]: all of it'`));
  assert.ok(fish.includes("-n '__fish_seen_subcommand_from runs' -l sort -x -a 'newest cost'"));
  assert.ok(
    fish.includes(
      "-n '__fish_seen_subcommand_from db; and not __fish_seen_subcommand_from verify stats' -f -a 'stats'",
    ),
  );
});

Deno.test("completions is read off the program: every command of --help is in every script, hidden ones in none", async () => {
  await using home = await CliHome.create();
  const [help, ...scripts] = await Promise.all([
    home.run(["--help"]),
    ...["bash", "zsh", "fish"].map((shell) => home.run(["completions", shell])),
  ]);
  const commands = [...help!.stdout.split("Commands:")[1]!.matchAll(/^ {2}([a-z]+) /gm)].map((it) => it[1]!);
  assert.ok(commands.length >= 15);
  for (const { code, stdout } of scripts) {
    assert.equal(code, 0);
    for (const command of commands) assert.match(stdout, new RegExp(`\\b${command}\\b`));
    assert.doesNotMatch(stdout, /['/_]execute\b|--reader/);
    assert.match(stdout, /newest oldest cost/);
  }
  const unknown = await home.run(["completions", "tcsh"]);
  assert.deepEqual([unknown.code, unknown.stdout], [2, ""]);
});
