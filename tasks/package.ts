/**
 * Writes what people are handed into `dist/`: `agentop-SYSTEM.run`, a program that unpacks itself once and needs nothing else; the
 * npm package; a list of what is inside; the hashes of all of it.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { VERSION } from "../lib/cli/frame/version.ts";
import config from "../deno.json" with { type: "json" };
import { permissionFlags } from "./install/launcher.ts";
import { bundleInto } from "./package/bundle_folder.ts";
import { componentsOf, licenseTexts } from "./package/components.ts";
import { denoBinary, sha256 } from "./package/deno_binary.ts";
import { NPM_NAME, writeNpmPackage } from "./package/npm_package.ts";
import { writeProgramFolder } from "./package/program_folder.ts";
import { sbomText } from "./package/sbom.ts";
import { writeSelfExtractor } from "./package/self_extractor.ts";
import { ownTarget, type Target, TARGETS } from "./package/targets.ts";

const OUT = "dist";
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SUMS = "SHA256SUMS";
/** `agentop` itself is what `deno task compile` makes. */
const HANDED_OUT = /^agentop/;
const OWN = ownTarget()?.name ?? "this system";
const FLAGS = { cli: permissionFlags(config.permissions.cli), tui: permissionFlags(config.permissions.tui) };

interface Wanted {
  readonly targets: readonly Target[];
  readonly npm: boolean;
  /** Where the program goes as a folder, for this system. */
  readonly folder?: string | undefined;
}

function wantedOf(args: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: [...args],
    options: {
      target: { type: "string", multiple: true },
      npm: { type: "boolean" },
      folder: { type: "string" },
    },
  });
  const { npm = false, folder } = values;
  const isElse = npm || folder !== undefined;
  return { targets: targetsOf(values.target ?? (isElse ? [] : [OWN])), npm, folder };
}

function targetsOf(names: readonly string[]): readonly Target[] {
  return names.flatMap((name) => {
    const found = name === "all" ? TARGETS : TARGETS.filter((it) => it.name === name);
    if (found.length > 0) return found;
    const known = TARGETS.map((it) => it.name).join(", ");
    throw new Error(
      `Cannot package ${name}: no program can unpack itself there. Try: ${known}, all, or --npm`,
    );
  });
}

async function writeAll({ targets, npm, folder }: Wanted, program: string): Promise<void> {
  if (!await bundleInto(program)) {
    throw new Error("Cannot package agentop: its bundle cannot be made. Try: deno task bundle");
  }
  const components = await componentsOf(join(ROOT, "deno.lock"), join(ROOT, "main.ts"));
  await Deno.writeTextFile(join(program, "LICENSES.txt"), await licenseTexts(components));
  if (folder !== undefined) {
    const [target] = targetsOf([OWN]);
    await writeProgramFolder(folder, { deno: await denoBinary(target!), program, flags: FLAGS });
    console.log(`Wrote ${folder}`);
    if (targets.length === 0 && !npm) return;
  }
  await Deno.mkdir(OUT, { recursive: true });
  await Deno.writeTextFile(join(OUT, `${NPM_NAME}.cdx.json`), sbomText(VERSION, components));
  for (const target of targets) {
    const file = join(OUT, `agentop-${target.name}.run`);
    const deno = await denoBinary(target);
    await writeSelfExtractor(file, { version: VERSION, system: target.name, deno, program, flags: FLAGS });
    console.log(`Wrote ${file}`);
  }
  if (npm) console.log(`Wrote ${await writeNpmPackage(OUT, { version: VERSION, program, flags: FLAGS })}`);
  const names = [...Deno.readDirSync(OUT)].filter((it) => it.isFile && HANDED_OUT.test(it.name))
    .map(({ name }) => name).sort();
  const sums = await Promise.all(
    names.map(async (name) => `${sha256(await Deno.readFile(join(OUT, name)))}  ${name}\n`),
  );
  await Deno.writeTextFile(join(OUT, SUMS), sums.join(""));
  console.log(`Wrote ${join(OUT, SUMS)}`);
}

if (import.meta.main) {
  const program = await Deno.makeTempDir({ prefix: "agentop-bundle-" });
  try {
    await writeAll(wantedOf(Deno.args), program);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(/^Cannot /.test(message) ? message : `Cannot package agentop: ${message}`);
    Deno.exitCode = 2;
  } finally {
    await Deno.remove(program, { recursive: true });
  }
}
