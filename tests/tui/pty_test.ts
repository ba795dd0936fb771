import assert from "node:assert/strict";
import { openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { PtyProgram } from "../support/pty.ts";
import { finishedRun } from "./scenario.ts";

const PROGRAM = new URL("./fixtures/program.ts", import.meta.url).pathname;
const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const ALLOW = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys", "--allow-run", "--no-prompt"];

interface Session extends AsyncDisposable {
  readonly command: string;
  readonly storePath: string;
  readonly program: PtyProgram;
  readonly pid: () => Promise<number>;
}

/** The workbench in a shell, which reports the exit code and the terminal's modes afterwards. */
async function session(shell: (command: string) => readonly string[]): Promise<Session> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/agentop.db`;
  const store = await openStore(path);
  await finishedRun(store, fakeHost());
  await store[Symbol.asyncDispose]();
  const command = [Deno.execPath(), "run", "--quiet", ...ALLOW, PROGRAM, path, `${folder}/pid`]
    .map((word) => `'${word}'`).join(" ");
  const program = new PtyProgram(shell(command), { columns: 100, rows: 30 });
  return {
    command,
    storePath: path,
    program,
    pid: async () => Number(await Deno.readTextFile(`${folder}/pid`)),
    async [Symbol.asyncDispose]() {
      program[Symbol.dispose]();
      await program.exit;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const reporting = (command: string) => ["/bin/sh", "-c", `${command}; echo "code=$?"; stty -a`];

function assertRestored(program: PtyProgram) {
  const { raw } = program;
  const entered = raw.indexOf("\x1b[?1049h");
  const left = raw.lastIndexOf("\x1b[?1049l");
  assert.ok(entered >= 0 && left > entered, "the alternate screen is left");
  const after = raw.slice(raw.lastIndexOf("\x1b[?2026h\x1b[", left - 200));
  for (
    const [sequence, what] of [["\x1b[?2004l", "paste"], ["\x1b[<u", "keyboard"], ["\x1b[?25h", "cursor"], [
      "\x1b[?1006l",
      "mouse",
    ]]
  ) {
    assert.ok(raw.lastIndexOf(sequence!) > entered, `${what} is restored`);
  }
  assert.match(after, / icanon/, "lines are edited by the terminal again");
  assert.match(after, / echo /);
  assert.doesNotMatch(
    after.slice(after.lastIndexOf("code=")),
    /researcher/,
    "nothing of the screen is left behind",
  );
}

Deno.test("runTui() restores the terminal when it is quit, after following a resize", async () => {
  await using use = await session(reporting);
  const { program } = use;
  await program.waitFor(/✓ done .*researcher/);
  program.resize(80, 24);
  await program.waitFor(/…\/agentop\.db · simulator|^ AgentOp/);
  program.keys("?");
  await program.waitFor(/type to filter/);
  program.keys("\x1b");
  await program.waitFor(/⏎ open/);
  program.keys("q");
  await program.waitFor(/code=0[\s\S]*icanon/);
  assertRestored(program);
});

for (const [signal, code] of [["SIGTERM", 143], ["SIGHUP", 129], ["SIGINT", 130]] as const) {
  Deno.test(`runTui() restores the terminal on ${signal}`, async () => {
    await using use = await session(reporting);
    await use.program.waitFor(/✓ done .*researcher/);
    Deno.kill(await use.pid(), signal);
    await use.program.waitFor(new RegExp(`code=${code}[\\s\\S]*icanon`));
    assertRestored(use.program);
  });
}

Deno.test("runTui() restores the terminal after a crash and says so in one safe line", async () => {
  await using use = await session(reporting);
  await use.program.waitFor(/✓ done .*researcher/);
  use.program.keys("l");
  const screen = await use.program.waitFor(/code=1[\s\S]*icanon/);
  assertRestored(use.program);
  assert.match(
    screen.replaceAll("\n", ""),
    /agentop: Cannot go on with the workbench: boom \\x1b\[31m\. Try: /,
  );
  assert.doesNotMatch(screen, /at .*program\.ts/);
});

/** The program as people start it. */
function agentop(...args: readonly string[]): string {
  return [Deno.execPath(), "run", "--quiet", "--no-prompt", "-P=tui", "--config", CONFIG, MAIN, ...args]
    .map((word) => `'${word}'`).join(" ");
}

Deno.test("agentop tui takes keys from its first frame on, also those that come before it reads them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using program = new PtyProgram(["/bin/sh", "-c", agentop("--home", folder, "tui")], { columns: 100 });
    while (!program.raw.includes("AgentOp")) await new Promise((resolve) => setTimeout(resolve, 1));
    program.keys("?researcher");
    await program.waitFor(/ \/ researcher/);
    program.resize(90, 28);
    program.keys("\x1b");
    await program.waitFor(/run this demo/);
    program.keys("q");
    assert.equal(await program.exit, 0);
    assert.ok(!program.raw.slice(0, program.raw.indexOf("\x1b[?1049h")).includes("researcher"), "no echo");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("agentop tui gives the terminal back and says in one line that the store cannot be opened", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/notes.db`;
    await Deno.writeTextFile(path, "These are notes, and no database. ".repeat(100));
    using program = new PtyProgram(reporting(agentop("--store", path, "tui")), { columns: 200 });
    const screen = await program.waitFor(/code=2[\s\S]*icanon/);
    assertRestored(program);
    const said = screen.slice(0, screen.indexOf("code=")).trim();
    assert.match(said, /^agentop: Cannot open .*notes\.db.*\. Try: .*$/);
    assert.equal(await Deno.readTextFile(path), "These are notes, and no database. ".repeat(100));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("agentop tui ends when its terminal is closed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using program = new PtyProgram(["/bin/sh", "-c", `exec ${agentop("--home", folder, "tui")}`]);
    await program.waitFor(/run this demo/);
    program.hangUp();
    const isThere = async () =>
      (await new Deno.Command("kill", { args: ["-0", String(program.pid)] }).output()).success;
    for (let polls = 0; await isThere(); polls++) assert.ok(polls < 1_000, "it goes on without a terminal");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

for (const how of ["by itself", "through deno task"] as const) {
  Deno.test(`runTui() suspends with ^z and comes back with fg, started ${how}`, async () => {
    await using use = await session(() => ["/bin/bash", "--norc", "--noprofile", "-i"]);
    const { program, command, storePath } = use;
    const task = `AGENTOP_STORE='${storePath}' '${Deno.execPath()}' task --quiet --config '${CONFIG}' tui`;
    program.keys(`${how === "by itself" ? command : task}\r`);
    await program.waitFor(/✓ done .*researcher/);
    program.keys("\x1a");
    await program.waitFor(/Stopped/);
    program.keys("fg\r");
    await program.waitFor(/✓ done .*researcher/);
    program.keys("q");
    await program.waitFor(/[$#]\s*$/);
    program.keys("echo code=$?; stty -a\r");
    await program.waitFor(/code=0[\s\S]* icanon/);
  });
}
