import assert from "node:assert/strict";
import { CliHome } from "../../support/cli.ts";

Deno.test("a command line that cannot be read costs one line, which names the command and what helps", async () => {
  await using home = await CliHome.create();
  const cases: readonly (readonly [args: readonly string[], message: string])[] = [
    [["rusn"], "unknown command 'rusn'. Try: agentop run"],
    [["runs", "--limi", "3"], "unknown option '--limi'. Try: --limit"],
    [["db", "verify", "--xyzzy"], "unknown option '--xyzzy'. Try: agentop db verify --help"],
    [["db"], "a command is missing. Try: agentop db --help"],
    [["runs", "a", "b"], 'agentop runs takes no argument: got "a b". Try: agentop runs --help'],
    [["diff", "a", "b", "c"], 'agentop diff takes 2 arguments: got "c" as well. Try: agentop diff --help'],
    [["runs", "--limit"], "--limit <n> is missing its value. Try: agentop runs --help"],
    [["bisect"], "GOOD is missing. Try: agentop bisect GOOD [BAD]"],
    [
      ["replay", "last", "--mode", "hybird"],
      '"hybird" does not fit --mode: it must be one of recorded, hybrid, live. Try: --mode hybrid',
    ],
    [
      ["completions", "tcsh"],
      '"tcsh" does not fit SHELL: it must be one of bash, zsh, fish. Try: agentop completions bash',
    ],
  ];
  const results = await Promise.all(cases.map(([args]) => home.run(args)));
  assert.deepEqual(
    results.map(({ code, stdout, stderr }) => [code, stdout, stderr]),
    cases.map(([, message]) => [2, "", `agentop: Cannot read the command line: ${message}\n`]),
  );
});

Deno.test("help shows a command, also one of a command, and names the nearest where there is none", async () => {
  await using home = await CliHome.create();
  const [all, command, inner, wrong] = await Promise.all([
    home.run(["help"]),
    home.run(["help", "runs"]),
    home.run(["help", "db", "verify"]),
    home.run(["help", "rusn"]),
  ]);
  assert.match(all.stdout, /^Usage: agentop \[options\] \[command\]\n/);
  assert.match(command.stdout, /^Usage: agentop runs /);
  assert.match(inner.stdout, /^Usage: agentop db verify /);
  assert.deepEqual([all, command, inner].map(({ code, stderr }) => [code, stderr]), [[0, ""], [0, ""], [
    0,
    "",
  ]]);
  assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
  assert.equal(
    wrong.stderr,
    'agentop: Cannot show help for "rusn": there is no such command. Try: agentop help run\n',
  );
});

Deno.test("run refuses a file that is no text before anything is stored", async () => {
  await using home = await CliHome.create();
  await Deno.writeFile(`${home.path}/binary`, new Uint8Array([0x89, 0x50, 0, 2]));
  await Deno.writeFile(`${home.path}/latin`, new Uint8Array([0xe9, 0x20]));
  const [binary, latin, nowhere] = await Promise.all([
    home.run(["run", "main", "hi", "--file", "binary"]),
    home.run(["run", "main", "--file", "latin"]),
    home.run(["run", "main", "--file", "nowhere"]),
  ]);
  assert.deepEqual([binary, latin, nowhere].map(({ code }) => code), [2, 2, 2]);
  assert.match(
    binary.stderr,
    /^agentop: Cannot read the prompt from binary\S*: it is .*UTF-8.*\. Try: .*\n$/,
  );
  assert.match(latin.stderr, /^agentop: Cannot read the prompt from latin\S*: it is .*UTF-8.*\. Try: .*\n$/);
  assert.equal(
    nowhere.stderr,
    "agentop: Cannot read the prompt from nowhere: there is no such file. Try: another --file\n",
  );
});
