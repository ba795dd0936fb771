/**
 * The packages from outside, on a machine without Deno: `dist/agentop-SYSTEM.run` does what the README shows, in an empty home and
 * with the few system programs it needs on the PATH; the workbench opens in a terminal, a notebook's cell runs; a full disk is told;
 * the npm package installs and starts. Makes the packages first where they are not there.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { VERSION } from "../lib/cli/frame/version.ts";
import { KernelClient } from "../lib/notebook/mod.ts";
import { connectionText, newConnection } from "../lib/notebook/wire/mod.ts";
import { PtyProgram } from "../tests/support/pty.ts";
import { shellWord } from "./install/launcher.ts";
import { NPM_NAME } from "./package/npm_package.ts";
import { ownTarget } from "./package/targets.ts";

/** All that a start needs of the system. */
const PROGRAMS = "sh tail gzip tar mktemp mkdir mv rm ls cat tr id sha256sum shasum ps".split(" ");
const target = ownTarget();

/** The library is in the program too. */
const CELL = `import { openStudio } from "@agentop/studio";
const studio = await openStudio();
console.log((await studio.runs()).length + " runs");`;
const KERNEL_MAX_MS = 30_000;

/** Where a command starts, and all that it finds in its environment. */
interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Said {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

async function run(
  program: string,
  args: readonly string[],
  options: Deno.CommandOptions = {},
): Promise<Said> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    stdin: "null",
    ...options,
    args: [...args],
  })
    .output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), error: text.decode(stderr) };
}

async function done(
  program: string,
  args: readonly string[],
  options?: Deno.CommandOptions,
): Promise<string> {
  const { code, out, error } = await run(program, args, options);
  assert.equal(code, 0, `${[program, ...args].join(" ")}: ${error || out}`);
  return out;
}

/** A folder with links to the programs, and nothing else on the PATH. */
async function programsOnly(folder: string): Promise<string> {
  await Deno.mkdir(folder);
  for (const name of PROGRAMS) {
    const path = (await run("/bin/sh", ["-c", `command -v ${name}`])).out.trim();
    if (path.startsWith("/")) await Deno.symlink(path, join(folder, name));
  }
  return folder;
}

/** The README's commands. */
async function commands(program: string, { cwd, env }: Surroundings): Promise<void> {
  const options = { cwd, env, clearEnv: true };
  const agentop = (...args: string[]) => done(program, args, options);
  const json = async (...args: string[]) => JSON.parse(await agentop(...args, "--json"));
  assert.equal(await agentop("--version"), `${VERSION}\n`);
  assert.match(await agentop("demo"), /agentop tui/);
  assert.ok((await json("runs")).length >= 3);
  assert.match(await agentop("show", "last"), /researcher|writer|main|flaky/);
  assert.match(await agentop("replay", "last", "--mode", "recorded"), /recorded replay/);
  assert.ok((await json("sql", "select count(*) as n from runs"))[0].n >= 4);
  await agentop("export", "html", "last", "--out", "page.html");
  await agentop("export", "parquet", "spans", "--out", "spans.parquet");
  await agentop("chart", "cost", "--out", "chart.svg");
  await agentop("chart", "cost", "--out", "chart.png");
  assert.match(await Deno.readTextFile(join(cwd, "chart.svg")), /^<svg /);
  assert.deepEqual([...(await Deno.readFile(join(cwd, "chart.png"))).slice(1, 4)], [80, 78, 71]);
  await agentop("init");
  assert.equal((await json("run", "researcher", "How many rows in sales.csv?")).status, "completed");
  assert.match(await agentop("doctor"), /Ready\.\n$/);
}

async function workbench(program: string, { cwd, env }: Surroundings): Promise<void> {
  using tui = new PtyProgram(["/usr/bin/env", "-i", ...pairs(env), "COLORTERM=truecolor", program], { cwd });
  await tui.waitFor(/researcher/);
  tui.keys("q");
  assert.equal(await tui.exit, 0, tui.screen());
}

/** Its own kernel starts Deno's, which is its own Deno as well. */
async function notebookCell(program: string, { cwd, env }: Surroundings): Promise<void> {
  const connection = newConnection();
  const file = join(cwd, "connection.json");
  await Deno.writeTextFile(file, connectionText(connection));
  const kernel = new Deno.Command(program, {
    args: ["kernel", "--connection-file", file],
    cwd,
    env,
    clearEnv: true,
    stdin: "null",
  }).spawn();
  try {
    using client = await KernelClient.connect(connection, AbortSignal.timeout(KERNEL_MAX_MS));
    const { status, outputs } = await client.execute(CELL);
    assert.equal(status, "ok", JSON.stringify(outputs));
    assert.match(JSON.stringify(outputs), /"\d+ runs\\n"/);
    await client.request("control", "shutdown_request", { restart: false });
    await kernel.status;
  } finally {
    try {
      kernel.kill("SIGKILL");
    } catch { /* it has ended */ }
  }
}

/** On a disk of a size that holds half of it, where this machine lets us make one. */
async function fullDisk(program: string, { cwd, env }: Surroundings): Promise<string> {
  const script = `mount -t tmpfs -o size=60m x "$1" && exec env -i ${
    pairs(env).map(shellWord).join(" ")
  } XDG_CACHE_HOME="$1" TMPDIR="$1" "$2" --version`;
  const full = join(cwd, "full");
  await Deno.mkdir(full);
  const said = await run("unshare", ["--mount", "sh", "-c", script, "sh", full, program])
    .catch(() => undefined);
  if (!said || /unshare|mount:/.test(said.error)) return "a full disk: skipped, no mounts of its own here";
  assert.equal(said.code, 2, said.out);
  assert.match(said.error, /^agentop: Cannot unpack [^\n]* cannot take its \d+ MB [^\n]* Try: [^\n]*\n$/);
  return "a full disk is told";
}

/** As `npm install` and a person's shell do it. */
async function npmPackage(folder: string, home: string): Promise<string> {
  const archive = resolve("dist", `${NPM_NAME}-${VERSION}.tgz`);
  await Deno.mkdir(folder);
  await Deno.writeTextFile(join(folder, "package.json"), '{ "private": true }\n');
  const options = { cwd: folder };
  const npm = ["install", "--silent", "--no-audit", "--no-fund", archive];
  const installed = await run("npm", npm, options).catch(() => undefined);
  if (installed?.code !== 0) return "npm package: skipped, npm or the package deno cannot be had";
  const agentop = join(folder, "node_modules", ".bin", "agentop");
  const env = { HOME: home };
  assert.equal(await done(agentop, ["--version"], { ...options, env }), `${VERSION}\n`);
  await done(agentop, ["replay", "last", "--mode", "recorded"], { ...options, env });
  assert.equal((await run(agentop, ["show", "nosuch"], { ...options, env })).code, 2);
  // A signal to the command ends the program behind it, and its exit code comes back.
  const sim = new Deno.Command(agentop, { args: ["sim", "--port", "0"], ...options, env, stdout: "piped" })
    .spawn();
  const reader = sim.stdout.getReader();
  await reader.read();
  sim.kill("SIGTERM");
  assert.equal((await sim.status).code, 0);
  await reader.cancel();
  using tui = new PtyProgram([agentop], { cwd: folder, env });
  await tui.waitFor(/researcher/);
  tui.keys("q");
  assert.equal(await tui.exit, 0, tui.screen());
  return "the npm package installs and starts";
}

/** Either a binary that starts, or one line. */
async function compiled(home: string): Promise<string> {
  const { code, error } = await run(Deno.execPath(), ["task", "--quiet", "compile"]);
  if (code === 0) {
    await done(resolve("dist", "agentop"), ["replay", "last", "--mode", "recorded"], { env: { HOME: home } });
    return "the compiled binary starts";
  }
  assert.equal(code, 2);
  assert.match(
    error,
    /^Cannot compile dist\/agentop: Deno's base binary [^\n]* Try: DENORT_BIN=FILE[^\n]*\n$/,
  );
  return "compiled binary: skipped, Deno's base binary cannot be had";
}

function pairs(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

if (import.meta.main) {
  if (!target) {
    console.log("packages: skipped, no program can unpack itself on this system");
    Deno.exit(0);
  }
  const program = resolve("dist", `agentop-${target.name}.run`);
  await done(Deno.execPath(), ["task", "--quiet", "package", "--target", target.name, "--npm"]);
  const work = await Deno.realPath(await Deno.makeTempDir({ prefix: "agentop-check-" }));
  try {
    const home = join(work, "home");
    const cwd = join(work, "project");
    for (const it of [home, cwd]) await Deno.mkdir(it);
    const env = { HOME: home, PATH: await programsOnly(join(work, "programs")), TERM: "xterm-256color" };
    await commands(program, { cwd, env });
    console.log("packages: the README's commands work without Deno");
    await workbench(program, { cwd, env });
    await notebookCell(program, { cwd, env });
    console.log("packages: the workbench and the kernel too");
    console.log(`packages: ${await fullDisk(program, { cwd, env })}`);
    console.log(`packages: ${await npmPackage(join(work, "npm"), home)}`);
    console.log(`packages: ${await compiled(home)}`);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}
