/**
 * Puts `agentop` on the path: a bundle in the data folder, a launcher in `~/.local/bin` or `--dir DIR`, completions for the
 * shells that are there. Everything it writes is in folders of this person and on a list; `--uninstall` removes exactly that, and a
 * description of the Jupyter kernel that would start nothing then.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { COMPLETION_SCRIPTS, SHELLS } from "../lib/cli/commands/completions/scripts.ts";
import { jupyterFolder } from "../lib/cli/config.ts";
import { VERSION } from "../lib/cli/frame/version.ts";
import config from "../deno.json" with { type: "json" };
import { bundleInto } from "./package/bundle_folder.ts";
import { cmdLauncher, LAUNCHER_MARK, permissionFlags, shellLauncher } from "./install/launcher.ts";
import { removeKernelSpec } from "./install/kernel_spec.ts";
import { contentOf, hashOf, type Manifest, readManifest, writeManifest } from "./install/manifest.ts";
import {
  completionHint,
  isOnPath,
  pathHint,
  type Places,
  placesOf,
  type Surroundings,
} from "./install/places.ts";

const env = (name: string) => Deno.env.get(name);
const isWindows = Deno.build.os === "windows";

async function install(places: Places, around: Surroundings): Promise<void> {
  const before = await readManifest(places.manifest);
  const there = await contentOf(places.launcher);
  if (there !== undefined && !there.includes(LAUNCHER_MARK)) {
    throw new Error(
      `Cannot install agentop: ${places.launcher} is there already and is not ours. Try: --dir DIR`,
    );
  }
  const launcher = (isWindows ? cmdLauncher : shellLauncher)({
    deno: Deno.execPath(),
    program: join(places.program, "main.js"),
    flags: { cli: permissionFlags(config.permissions.cli), tui: permissionFlags(config.permissions.tui) },
    version: VERSION,
  });
  const completions = SHELLS.filter(isThere).map((shell) => [shell, places.completions[shell]] as const);
  const kept: string[] = [];
  const files = new Map([[places.launcher, launcher]]);
  for (const [shell, path] of completions) {
    const old = await contentOf(path);
    if (old === undefined || hashOf(old) === before.files[path] || old === COMPLETION_SCRIPTS[shell]) {
      files.set(path, COMPLETION_SCRIPTS[shell]);
    } else kept.push(path);
  }
  // The list first: what is written of an installation that fails can be removed.
  await writeManifest(places.manifest, {
    files: { ...before.files, ...Object.fromEntries([...files].map(([path, text]) => [path, hashOf(text)])) },
    folders: [...new Set([...before.folders, places.program])],
  });
  await bundle(places.program);
  for (const [path, text] of files) {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text, { mode: path === places.launcher ? 0o755 : 0o644 });
  }
  if (!isWindows) await Deno.chmod(places.launcher, 0o755);
  console.log(
    `Wrote ${places.launcher}\n  the command agentop ${VERSION}; it runs ${join(places.program, "main.js")}`,
  );
  for (const [shell, path] of completions.filter(([, path]) => files.has(path))) {
    console.log(`Wrote ${path}\n  completions: ${completionHint(shell, path)}`);
  }
  for (const path of kept) console.log(`Kept ${path}\n  a file of yours is there`);
  tellPath(places, around);
}

function tellPath({ bin }: Places, around: Surroundings): void {
  if (isOnPath(bin, around)) return console.log("\nTry: agentop demo");
  console.log(
    `\n${bin} is not on your PATH, so the shell does not find agentop yet. Try:\n  ${pathHint(bin, around)}`,
  );
}

/** The new program is whole before it takes the place of the old one. */
async function bundle(folder: string): Promise<void> {
  const next = `${folder}.new`;
  if (!await bundleInto(next)) {
    throw new Error("Cannot install agentop: its bundle cannot be made. Try: deno task bundle");
  }
  await Deno.remove(folder, { recursive: true }).catch(unlessMissing);
  await Deno.rename(next, folder);
}

/** With `--dir`, the command there; the last one takes the program and everything else along. */
async function uninstall({ manifest, launcher, bin, program }: Places, { dir }: Surroundings): Promise<void> {
  const { files, folders } = await readManifest(manifest);
  if (Object.keys(files).length === 0 && folders.length === 0) {
    return console.log("Nothing to remove: no list says that something was installed.");
  }
  if (dir !== undefined) {
    if (files[launcher] === undefined) {
      return console.log(`Nothing to remove: no list says that agentop was installed in ${bin}.`);
    }
    const others = Object.keys(files).filter((it) => it !== launcher && isLauncher(it));
    if (others.length > 0) {
      await removeWritten({ [launcher]: files[launcher] });
      const { [launcher]: _, ...left } = files;
      await writeManifest(manifest, { files: left, folders });
      return console.log(`Kept ${program}\n  ${others.join(", ")} needs it`);
    }
  }
  await removeWritten(files);
  for (const folder of jupyterFolders()) {
    const spec = await removeKernelSpec(folder, program);
    if (spec !== undefined) console.log(`Removed ${spec}`);
  }
  for (const path of folders) {
    await Deno.remove(path, { recursive: true }).catch(unlessMissing);
    console.log(`Removed ${path}`);
  }
  await Deno.remove(manifest);
  console.log("Your runs, agents and settings stay where they are.");
}

function isLauncher(path: string): boolean {
  return /^agentop(?:\.cmd)?$/.test(basename(path)) && !/completions$/.test(dirname(path));
}

/** Where a description of the kernel may start what is removed. */
function jupyterFolders(): readonly string[] {
  const around = (name: string) => env(name) || undefined;
  const data = around("XDG_DATA_HOME") ??
    join(around("HOME") ?? around("USERPROFILE") ?? ".", ".local", "share");
  return [
    around("JUPYTER_DATA_DIR") ?? jupyterFolder(around),
    join(around("AGENTOP_HOME") ?? join(data, "agentop"), "jupyter"),
  ];
}

async function removeWritten(files: Manifest["files"]): Promise<void> {
  for (const [path, hash] of Object.entries(files)) {
    const text = await contentOf(path);
    if (text === undefined) continue;
    if (hashOf(text) !== hash) {
      console.log(`Kept ${path}\n  it was changed since it was installed`);
      continue;
    }
    await Deno.remove(path);
    console.log(`Removed ${path}`);
  }
}

function isThere(shell: string): boolean {
  if (isWindows) return false;
  return (env("PATH") ?? "").split(":").some((folder) => {
    try {
      return folder !== "" && Deno.statSync(join(folder, shell)).isFile;
    } catch {
      return false;
    }
  });
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

if (import.meta.main) {
  try {
    const { values } = parseArgs({
      args: Deno.args,
      options: { dir: { type: "string" }, uninstall: { type: "boolean" } },
    });
    const around: Surroundings = { env, os: Deno.build.os, dir: values.dir };
    const places = placesOf(around);
    await (values.uninstall ? uninstall(places, around) : install(places, around));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(/^Cannot /.test(message) ? message : `Cannot install agentop: ${message}. Try: --dir DIR`);
    Deno.exit(2);
  }
}
