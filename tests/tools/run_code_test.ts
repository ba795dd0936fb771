import assert from "node:assert/strict";
import type { ToolResult } from "../../lib/core/mod.ts";
import { sandboxCheck } from "../../lib/app/check_sandbox.ts";
import { findLauncher } from "../../lib/tools/child_limits.ts";
import { runDenoChild } from "../../lib/tools/deno_child.ts";
import { context, fails, succeeds, tempFolder, tool } from "./support.ts";

const runCode = tool("run_code", { timeoutSeconds: 20 });
const run = async (code: string) => (await succeeds(runCode, { code })).content;
const refused = (code: string) => fails(runCode, { code });

/** The processes started as `path`, whether they have worked for a second, and whether they are stopped. */
async function processesOf(path: string): Promise<{ busy: boolean; stopped: boolean }[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-A", "-o", "time=,stat=,args="] }).output();
  return new TextDecoder().decode(stdout).split("\n").map((line) => line.trim().split(/\s+/))
    .filter(([, , command]) => command === path)
    .map(([time, state]) => ({
      busy: /[1-9]/.test(time!.replace(/\..*/, "")),
      stopped: state!.startsWith("T"),
    }));
}

async function untilBusy(path: string): Promise<void> {
  while (!(await processesOf(path)).some((process) => process.busy));
}

/** Runs the code in another process, kills that one once the child is as it should be, and waits for the child's end. */
async function killParent(code: string, isReady: (child: { busy: boolean; stopped: boolean }) => boolean) {
  using folder = tempFolder();
  const denoPath = `${folder.path}/deno_${crypto.randomUUID()}`;
  Deno.symlinkSync(Deno.execPath(), denoPath);
  const support = new URL("./support.ts", import.meta.url).href;
  const parent = new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { context, tool } from ${JSON.stringify(support)};
       await tool("run_code", { timeoutSeconds: 60 }, { denoPath: ${JSON.stringify(denoPath)} })
         .execute({ code: ${JSON.stringify(code)} }, context());`,
    ],
    cwd: new URL("../..", import.meta.url),
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  while (!(await processesOf(denoPath)).some(isReady));
  parent.kill("SIGKILL");
  await parent.status;
  // Fails by never ending: the child would go on for 60 s, a stopped one for ever.
  while ((await processesOf(denoPath)).length > 0);
}

Deno.test("run_code prints what TypeScript prints", async () => {
  assert.equal(
    await run(
      "enum A { B = 3 }\nconst x: number = A.B;\nconsole.log(x + 1);\nsetTimeout(() => console.log('late'), 1);",
    ),
    "4\nlate",
  );
  assert.equal(await run("await Promise.resolve();"), "[it printed nothing]");
  assert.equal(await run("import { basename } from 'node:path'; console.log(basename('a/b'))"), "b");
});

Deno.test("run_code shows errors at the program's own lines, and the exit status", async () => {
  const thrown = await refused("console.log('before');\nfunction f() { throw new Error('boom'); }\nf();");
  assert.match(
    thrown,
    /^before\nError: boom\n {4}at f \(code\.ts:2:\d+\)\n {4}at code\.ts:3:1\n\[exit status 1\]$/,
  );
  assert.match(await refused("const = 1"), /SyntaxError[^]*const = 1[^]*\[exit status 1\]$/);
  assert.equal(await refused("Deno.exit(3)"), "[exit status 3]");
});

const FORBIDDEN: readonly [string, string][] = [
  ["reading a file", "Deno.readTextFileSync('/etc/passwd')"],
  ["reading a file through node", "(await import('node:fs')).readFileSync('/etc/passwd')"],
  ["reading a file through fetch", "console.log(await (await fetch('file:///etc/passwd')).text())"],
  [
    "importing a local file statically",
    "import x from 'file:///etc/passwd' with { type: 'text' }; console.log(x)",
  ],
  ["importing a local file dynamically", "console.log(await import('file:///etc/passwd'))"],
  [
    "importing a local file from a data module",
    "await import('data:application/javascript,' + encodeURIComponent(\"import '/etc/passwd'\"))",
  ],
  [
    "importing a local file in a worker",
    "new Worker('data:application/javascript,' + encodeURIComponent(\"import 'file:///etc/passwd'\"), { type: 'module' })",
  ],
  ["requiring a file", "(await import('node:module')).createRequire('/etc/x.js')('./passwd')"],
  ["importing a package", "import 'npm:zod'"],
  ["importing a remote module", "import 'https://deno.land/x.ts'"],
  ["writing a file", "Deno.writeTextFileSync('/tmp/agentop_run_code', 'x')"],
  ["making a temporary file", "Deno.makeTempFileSync()"],
  ["storing in localStorage", "localStorage.setItem('a', 'b')"],
  ["storing in a cache", "await caches.open('a')"],
  ["reading the environment", "console.log(Deno.env.toObject())"],
  ["reading the parent's environment", "Deno.readTextFileSync(`/proc/${Deno.ppid}/environ`)"],
  ["running a program", "new Deno.Command('/bin/sh', { args: ['-c', 'id'] }).outputSync()"],
  [
    "running a program through node",
    "(await import('node:child_process')).execFileSync('/bin/sh', ['-c', 'id'], { env: {} })",
  ],
  ["killing the parent", "process.kill(process.ppid, 'SIGKILL')"],
  ["killing everything", "Deno.kill(-1, 'SIGKILL')"],
  ["connecting", "await Deno.connect({ hostname: '127.0.0.1', port: 80 })"],
  ["fetching", "await fetch('http://127.0.0.1/')"],
  ["listening", "Deno.listen({ port: 0 })"],
  ["resolving names", "await Deno.resolveDns('example.org', 'A')"],
  ["loading a library", "Deno.dlopen('/lib/libc.so', {})"],
  [
    "asking for permission",
    "if ((await Deno.permissions.request({ name: 'read' })).state !== 'granted') throw new Error('Requires')",
  ],
  ["system information", "Deno.hostname()"],
  ["opening a database file", "new (await import('node:sqlite')).DatabaseSync('/tmp/agentop_run_code.db')"],
];

const REFUSAL =
  /Requires|NotCapable|no-remote|no-npm|cannot-be-a-base|Not a directory|cache storage|not granted/i;
const isStaticImport = ([, code]: readonly [string, string]) => /^import |new Worker/.test(code);

for (const [name, code] of FORBIDDEN.filter(isStaticImport)) {
  Deno.test(`run_code refuses ${name}`, async () => {
    const message = await refused(code);
    assert.match(message, REFUSAL);
    assert.ok(!message.includes("root:"), message);
  });
}

Deno.test("run_code refuses everything outside", async () => {
  const attempts = FORBIDDEN.filter((entry) => !isStaticImport(entry));
  const content = await run(`
    const AsyncFunction = (async () => {}).constructor;
    for (const [name, code] of ${JSON.stringify(attempts)}) {
      const said = await AsyncFunction(code)().then(() => "REACHED", String);
      console.log(name + " -> " + said.replaceAll("\\n", " "));
    }`);
  const lines = content.split("\n");
  assert.equal(lines.length, attempts.length, content);
  for (const line of lines) assert.match(line, REFUSAL);
});

Deno.test("run_code shows nothing of the parent's environment", async () => {
  Deno.env.set("AGENTOP_TEST_CANARY", "canary-7f3a");
  try {
    assert.ok(
      !(await run("console.log(process.env, process.argv, Deno.args)")).includes("canary"),
    );
  } finally {
    Deno.env.delete("AGENTOP_TEST_CANARY");
  }
});

Deno.test("run_code ends a printer of 100 MB early and says so", async () => {
  const code =
    "const line = 'x'.repeat(1e6); for (let i = 0; i < 100; i++) console.log(line); await new Promise(() => {});";
  const result = await runCode.execute({ code }, context({ maxOutputBytes: 10_000 }));
  assert.equal(result.isError, true);
  assert.ok(new TextEncoder().encode(result.content).length <= 10_000);
  assert.match(
    result.content,
    /^x+\n\[\.\.\. [\d,]+ bytes cut\]\n\[ended: it printed more than 10,000 bytes\]$/,
  );
  assert.ok(result.truncatedBytes! > 0 && result.truncatedBytes! < 50_000_000, String(result.truncatedBytes));
});

Deno.test("run_code ends an endless loop", async () => {
  const quick = tool("run_code", { timeoutSeconds: 3 });
  assert.match(
    await fails(quick, { code: "console.log('on it'); for (;;);" }),
    /^on it\n\[ended: it ran longer than 3 s\]$/,
  );
});

Deno.test("run_code ends what takes too much memory, in the heap and outside", async (t) => {
  const small = tool("run_code", { memoryMb: 32, timeoutSeconds: 60 });
  await t.step("heap", async () => {
    const message = await fails(small, {
      code: "const a = []; for (;;) a.push(new Array(1e5).fill(Math.random()));",
    });
    assert.equal(message, "[ended: it needed more than 32 MB]");
  });
  await t.step("buffers", async () => {
    const message = await fails(small, {
      code: "const a = []; for (;;) a.push(new Uint8Array(2e7).fill(1));",
    });
    assert.equal(message, "[ended: it needed more than 32 MB]");
  });
});

Deno.test("run_code leaves no process when cancelled", { ignore: Deno.build.os === "windows" }, async () => {
  using folder = tempFolder();
  // A link with a name of its own, so that the child can be found among all processes.
  const denoPath = `${folder.path}/deno_${crypto.randomUUID()}`;
  Deno.symlinkSync(Deno.execPath(), denoPath);
  const controller = new AbortController();
  const reason = new Error("cancelled by test");
  const running = tool("run_code", { timeoutSeconds: 60 }, { denoPath }).execute(
    { code: "new Worker('data:application/javascript,for(;;);', { type: 'module' }); for (;;);" },
    context({ signal: controller.signal }),
  );
  running.catch(() => {});
  await untilBusy(denoPath);
  controller.abort(reason);
  await assert.rejects(running, reason);
  assert.deepEqual(await processesOf(denoPath), []);
});

Deno.test(
  "run_code's child ends when its parent is killed",
  { ignore: Deno.build.os === "windows" },
  () => killParent("for (;;);", (child) => child.busy),
);

Deno.test(
  "run_code's child ends when its parent is killed, also when it stopped itself",
  { ignore: Deno.build.os !== "linux" },
  () => killParent("process.kill(process.pid, 'SIGSTOP'); for (;;);", (child) => child.stopped),
);

Deno.test(
  "run_code lets SQLite's temporary files take no disk",
  { ignore: Deno.build.os === "windows" },
  async () => {
    const code = (pragma: string) => `
      import { DatabaseSync } from "node:sqlite";
      const database = new DatabaseSync(":memory:");
      database.exec("${pragma}; create temp table big (x)");
      const fill = database.prepare("insert into big values (randomblob(100000))");
      for (let i = 0; i < 200; i++) fill.run();
      console.log("filled");`;
    assert.match(await refused(code("pragma temp_store = 1")), /disk I\/O error|disk is full/);
    assert.equal(await run(code("pragma temp_store = 2")), "filled");
  },
);

Deno.test(
  "run_code's child may use so much processor time",
  { ignore: Deno.build.os === "windows" },
  async () => {
    const outcome = await runDenoChild({
      denoPath: Deno.execPath(),
      program: "for (;;);",
      input: null,
      memoryMb: 64,
      timeoutMs: 120_000,
      cpuSeconds: 1,
      maxOutputBytes: 1_000,
      signal: new AbortController().signal,
    });
    assert.equal(outcome.endedBy, "cpu");
  },
);

/** Runs a shell command in the place of an isolated child's program. `before` starts the launcher itself. */
async function isolated(command: string, before: readonly string[] = []) {
  const { prefix } = await findLauncher();
  const [program, ...args] = [
    ...before,
    ...prefix({ fileBlocks: 0, cpuSeconds: 5, isolated: true }),
    "/bin/sh",
    "-c",
    command,
  ];
  const { stdout, code } = await new Deno.Command(program!, { args, stdin: "null", stderr: "null" }).output();
  return { printed: new TextDecoder().decode(stdout), code };
}

const missing = (await findLauncher()).missing.join();
const withoutNamespaces = missing.includes("namespaces");
const without = (what: string, is: boolean) => is ? ` (skipped: this system has no ${what})` : "";

Deno.test({
  name: `an isolated child sees no process but its own${without("namespaces", withoutNamespaces)}`,
  ignore: Deno.build.os === "windows" || withoutNamespaces,
  async fn() {
    const { printed } = await isolated("echo $$; cd /proc; ls -d [0-9]*");
    const [own, ...seen] = printed.trim().split("\n");
    assert.ok(seen.includes(own!) && Number(own) > 1, printed);
    // The first process of the namespace, the child, and what it starts here.
    assert.ok(seen.length <= 3 && seen.every((id) => Number(id) < 10), printed);
    assert.equal((await isolated(`kill -9 ${Deno.pid}`)).code, 1);
    // A mount stays inside, where one may be made at all.
    await isolated("mount -t tmpfs none /mnt && mkdir /mnt/agentop_test");
    assert.throws(() => Deno.statSync("/mnt/agentop_test"), Deno.errors.NotFound);
    assert.equal((await isolated("kill -9 $$")).code, 128 + 9);
    assert.equal((await isolated("exit 7")).code, 7);
  },
});

const withoutNumber = withoutNamespaces || missing.includes("threads");
Deno.test({
  name: `an isolated child starts so many processes and no more, and leaves none${
    without("limit on them", withoutNumber)
  }`,
  ignore: Deno.build.os === "windows" || withoutNumber,
  async fn() {
    const word = `agentop-${crypto.randomUUID()}`;
    // At most 2,000 of them, each asleep; it counts those it got, and sh ends with an error at the first it does not get.
    const bomb = `i=0; trap 'echo $i' EXIT
      while [ $i -lt 2000 ]; do sh -c 'sleep 60; : ${word}' & i=$((i + 1)); done`;
    const { printed, code } = await isolated(bomb);
    const started = Number(printed);
    assert.ok(started > 20 && started < 400, printed);
    assert.notEqual(code, 0);
    const { stdout } = await new Deno.Command("ps", { args: ["-A", "-o", "args="] }).output();
    assert.ok(!new TextDecoder().decode(stdout).includes(word));
    const highest = await new Deno.Command("cat", { args: ["/proc/sys/kernel/pid_max"] }).output();
    assert.ok(Number(new TextDecoder().decode(highest.stdout)) > 1_000, "the system's own number stays");
  },
});

Deno.test("a system without the programs that set limits has a launcher that says what is missing", async () => {
  const { missing, prefix } = await findLauncher({ shell: "/nowhere/sh", folders: ["/nowhere"] });
  assert.deepEqual(prefix({ fileBlocks: 0, cpuSeconds: 1, isolated: true }), []);
  const { name, status, message } = sandboxCheck(missing);
  assert.deepEqual([name, status], ["sandbox", "warning"]);
  assert.match(
    message,
    /^code that agents run may fill the disk .*; it outlives a killed parent .*; it sees .*; it may start .*[^.]$/,
  );
  assert.equal(sandboxCheck([]).status, "ok");
});

Deno.test("run_code says what is missing when there is no Deno", async () => {
  const message = await fails(tool("run_code", {}, { denoPath: "/nowhere/deno" }), { code: "1" });
  assert.match(message, /^Cannot start the sandbox: .*Try: install Deno/);
});

Deno.test("run_code calls do not disturb each other", async () => {
  const results = await Promise.all(
    [1, 2, 3].map((n): Promise<ToolResult> => succeeds(runCode, { code: `console.log(${n} * 2)` })),
  );
  assert.deepEqual(results.map((result) => result.content), ["2", "4", "6"]);
});
