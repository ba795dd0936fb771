import assert from "node:assert/strict";
import { openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { programCommand } from "../support/program.ts";
import { PtyProgram } from "../support/pty.ts";
import { finishedRun } from "./scenario.ts";

const PROGRAM = new URL("./fixtures/program.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const ALLOW = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys", "--allow-run", "--no-prompt"];

interface Session extends AsyncDisposable {
  readonly command: string;
  readonly storePath: string;
  readonly program: PtyProgram;
  readonly pid: () => Promise<number>;
}

/** Printed by the shells here when they want a command, and by nothing else. */
const PROMPT = "ready for more> ";
const SHELL = ["/bin/bash", "--norc", "--noprofile", "-i"];

/** The workbench in a shell, which reports the exit code and the terminal's modes afterwards. */
async function session(shell: (command: string) => readonly string[]): Promise<Session> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/agentop.db`;
  const store = await openStore(path);
  await finishedRun(store, fakeHost());
  await store[Symbol.asyncDispose]();
  const command = [Deno.execPath(), "run", "--quiet", ...ALLOW, PROGRAM, path, `${folder}/pid`]
    .map((word) => `'${word}'`).join(" ");
  const program = new PtyProgram(shell(command), { columns: 100, rows: 30, env: { PS1: PROMPT } });
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

/** Lines of others, such as Deno's own hints, may stand on the same terminal: here they always do. */
const OTHERS = "echo 'A new release of Deno is available: 99.0.0'";

const reporting = (
  command: string,
) => ["/bin/sh", "-c", `${OTHERS}; ${command}; code=$?; ${OTHERS}; echo "code=$code"; ${OTHERS}; stty -a`];

/** The shell prints what it was asked for once the program has ended; anything else may be printed around it. */
async function ended(program: PtyProgram, code: number): Promise<string> {
  return await program.waitFor(new RegExp(`code=${code}\\b[^]* icanon`));
}

/** Asks a shell for the same, once it has the terminal back from a program that was pressed `key` to end. */
async function endedBy(key: string, program: PtyProgram): Promise<void> {
  const from = program.raw.length;
  program.keys(key);
  await program.waitForOutput(new RegExp(`\\x1b\\[\\?1049l[^]*${PROMPT}`), from);
  program.keys("echo code=$?; stty -a\r");
  await ended(program, 0);
}

/** Stopped, and the shell wants a command. */
async function suspendedBy(stop: () => void, program: PtyProgram): Promise<void> {
  const from = program.raw.length;
  stop();
  await program.waitForOutput(new RegExp(`Stopped[^]*${PROMPT}`), from);
}

function assertRestored(program: PtyProgram) {
  const { raw } = program;
  const entered = raw.indexOf("\x1b[?1049h");
  const left = raw.lastIndexOf("\x1b[?1049l");
  assert.ok(entered >= 0 && left > entered, "the alternate screen is left");
  for (
    const [sequence, what] of [["\x1b[?2004l", "paste"], ["\x1b[<u", "keyboard"], ["\x1b[?25h", "cursor"], [
      "\x1b[?1006l",
      "mouse",
    ]]
  ) {
    assert.ok(raw.lastIndexOf(sequence!) > entered, `${what} is restored`);
  }
  const after = raw.slice(left);
  assert.match(after, / icanon/, "lines are edited by the terminal again");
  assert.match(after, / echo /);
  assert.doesNotMatch(program.screen(), /researcher/, "nothing of the screen is left behind");
}

Deno.test("runTui() restores the terminal when it is quit, after following a resize", async () => {
  await using use = await session(reporting);
  const { program } = use;
  await program.waitFor(/✓ done .*researcher/);
  program.resize(80, 24);
  await program.waitFor(/^ +1 Runs 2 Launch 3 Live/); // as the header is at 80 columns
  program.keys("?");
  await program.waitFor(/type to filter/);
  program.keys("\x1b");
  await program.waitFor(/^(?![^]*type to filter)[^]*⏎ open/); // or the next key would be one with Alt
  program.keys("q");
  await ended(program, 0);
  assertRestored(program);
});

for (const [signal, code] of [["SIGTERM", 143], ["SIGHUP", 129], ["SIGINT", 130]] as const) {
  Deno.test(`runTui() restores the terminal on ${signal}`, async () => {
    await using use = await session(reporting);
    await use.program.waitFor(/✓ done .*researcher/);
    Deno.kill(await use.pid(), signal);
    await ended(use.program, code);
    assertRestored(use.program);
  });
}

Deno.test("runTui() restores the terminal after a crash and says so in one safe line", async () => {
  await using use = await session(reporting);
  await use.program.waitFor(/✓ done .*researcher/);
  use.program.keys("l");
  const screen = await ended(use.program, 1);
  assertRestored(use.program);
  assert.match(
    screen.replaceAll("\n", ""),
    /agentop: Cannot go on with the workbench: boom \\x1b\[31m\. Try: /,
  );
  assert.doesNotMatch(screen, /at .*program\.ts/);
});

/** The program as people start it. */
function agentop(...args: readonly string[]): string {
  return [...programCommand("tui"), ...args]
    .map((word) => `'${word}'`).join(" ");
}

Deno.test("agentop tui takes keys from its first frame on, also those that come before it reads them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using program = new PtyProgram(["/bin/sh", "-c", agentop("--home", folder, "tui")], { columns: 100 });
    await program.waitForOutput(/AgentOp/);
    program.keys("?researcher");
    await program.waitFor(/ \/ researcher/);
    program.resize(90, 28);
    program.keys("\x1b");
    await program.waitFor(/^(?![^]* \/ researcher)[^]*run this demo/);
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
    const screen = await ended(program, 2);
    assertRestored(program);
    const said = screen.split("\n").filter((line) => /agentop:|Cannot|Error/.test(line));
    assert.equal(said.length, 1, screen);
    assert.match(said[0]!, /^agentop: Cannot open .*notes\.db.*\. Try: .*$/);
    assert.doesNotMatch(screen, /^ +at /m, "no stack");
    assert.equal(await Deno.readTextFile(path), "These are notes, and no database. ".repeat(100));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

for (const how of ["", "setsid --wait "]) {
  Deno.test({
    name: `agentop tui ends when its terminal is closed${how && ", also where no signal says so"}`,
    ignore: how !== "" && Deno.build.os !== "linux",
    fn: async () => {
      const folder = await Deno.makeTempDir();
      try {
        const script = `${folder}/start.sh`;
        const ended = `echo $? > '${folder}/code.new'; mv '${folder}/code.new' '${folder}/code'`;
        await Deno.writeTextFile(script, `trap '' HUP; ${agentop("--home", folder, "tui")}; ${ended}\n`);
        using program = new PtyProgram(["/bin/sh", "-c", `${how || "exec "}sh '${script}'`]);
        await program.waitFor(/run this demo/);
        program.hangUp();
        assert.equal(await appears(`${folder}/code`), "129\n");
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** What is in a file, once it is there. */
async function appears(path: string): Promise<string> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    const text = await Deno.readTextFile(path).catch(() => undefined);
    if (text !== undefined) return text;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${path} never came`);
}

/** The program with a prompt that is being edited with the script given, which prints "waiting" when it is ready. */
async function withEditor(script: string, use: (program: PtyProgram) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const editor = `${folder}/editor.sh`;
    await Deno.writeTextFile(editor, script);
    using program = new PtyProgram(["/bin/sh", "-c", `exec ${agentop("--home", folder, "tui")}`], {
      env: { EDITOR: `sh ${editor}`, VISUAL: "" },
    });
    await program.waitFor(/run this demo/);
    program.keys("l");
    await program.waitFor(/What should .* do/);
    program.keys("\tanswer this\x05");
    await program.waitForOutput(/waiting/);
    await use(program);
    program.keys("\x03");
    assert.equal(await program.exit, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("agentop tui leaves ^c to the editor that has the terminal", async () => {
  // A signal between two commands of a shell ends neither, so it counts them.
  const script = `
    n=0
    trap 'n=$((n + 1)); echo and more >> "$1"; echo "signals: $n"' INT QUIT
    echo waiting
    while [ $n -lt 2 ]; do sleep 0.05; done
    exit 0
  `;
  await withEditor(script, async (program) => {
    program.keys("\x03");
    await program.waitFor(/signals: 1/);
    program.keys("\x1c");
    await program.waitFor(/answer this[^\n]*\n[^\n]*and more/);
  });
});

for (const [name, key] of [["^c", "\x03"], ["^\\", "\x1c"]] as const) {
  Deno.test(`agentop tui outlives an editor that ${name} ends at once`, async () => {
    await withEditor("echo waiting; exec sleep 600", async (program) => {
      const from = program.raw.length;
      program.keys(key);
      await program.waitForOutput(/\[\?1049h/, from); // the alternate screen again
      await program.waitFor(/answer this/);
      program.keys(" and that");
      await program.waitFor(/answer this and that/);
    });
  });
}

Deno.test("agentop tui does not end by an interrupt that it hears of after its editor has ended", async () => {
  await withEditor("echo waiting; kill -INT $PPID; kill -QUIT $PPID", async (program) => {
    await program.waitFor(/answer this/);
    program.keys(" and that");
    await program.waitFor(/answer this and that/);
  });
});

for (const how of ["by itself", "through deno task"] as const) {
  Deno.test(`runTui() suspends with ^z and comes back with fg, started ${how}`, async () => {
    await using use = await session(() => SHELL);
    const { program, command, storePath } = use;
    const task = `AGENTOP_STORE='${storePath}' '${Deno.execPath()}' task --quiet --config '${CONFIG}' tui`;
    program.keys(`${how === "by itself" ? command : task}\r`);
    await program.waitFor(/✓ done .*researcher/);
    await suspendedBy(() => program.keys("\x1a"), program);
    program.keys("fg\r");
    await program.waitFor(/✓ done .*researcher/);
    await endedBy("q", program);
  });
}

Deno.test("runTui() draws everything again when it goes on after another program stopped it", async () => {
  await using use = await session(() => SHELL);
  const { program, command } = use;
  program.keys(`${command}\r`);
  await program.waitFor(/✓ done .*researcher/);
  program.keys("?"); // all of the start is over once this is seen
  await program.waitFor(/type to filter/);
  program.keys("\x1b");
  await program.waitFor(/^(?![^]*type to filter)[^]*⏎ open/); // or the next key would be one with Alt
  const pid = await use.pid();
  await suspendedBy(() => Deno.kill(pid, "SIGTSTP"), program);
  program.keys("fg\r");
  await program.waitFor(/^(?![^]*Stopped)[^]*✓ done .*researcher/);
  await endedBy("q", program);
  assertRestored(program);
});

Deno.test("runTui() continued in the background draws nothing into the shell", async () => {
  await using use = await session(() => SHELL);
  const { program, command } = use;
  program.keys(`${command}\r`);
  await program.waitFor(/✓ done .*researcher/);
  await suspendedBy(() => program.keys("\x1a"), program);
  program.keys(
    "clear; bg; until jobs -l | grep -q 'tty output'; do sleep 0.05; done; echo it is $((6 * 7))\r",
  );
  await program.waitFor(/it is 42/);
  assert.equal(program.raw.split("\x1b[?1049h").length - 1, 1, "the other screen was entered once");
});
