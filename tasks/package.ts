/**
 * Writes what people are handed: `dist/agentop-SYSTEM.run`, a program that unpacks itself once and needs nothing else.
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { VERSION } from "../lib/cli/frame/version.ts";
import config from "../deno.json" with { type: "json" };
import { permissionFlags } from "./install/launcher.ts";
import { denoBinary } from "./package/deno_binary.ts";
import { writeSelfExtractor } from "./package/self_extractor.ts";
import { ownTarget, type Target, TARGETS } from "./package/targets.ts";

const OUT = "dist";

async function bundle(folder: string): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), { args: ["task", "--quiet", "bundle", folder] })
    .spawn().status;
  if (code !== 0) throw new Error("Cannot package agentop: its bundle cannot be made. Try: deno task bundle");
}

function targetsOf(names: readonly string[]): readonly Target[] {
  const known = TARGETS.map(({ name }) => name);
  if (names.includes("all")) return TARGETS;
  return (names.length > 0 ? names : [ownTarget()?.name ?? "this system"]).map((name) => {
    const target = TARGETS.find((it) => it.name === name);
    if (!target) {
      throw new Error(`Cannot package ${name}: there is no Deno for it. Try: ${known.join(", ")}, all`);
    }
    return target;
  });
}

if (import.meta.main) {
  try {
    const { values } = parseArgs({
      args: Deno.args,
      options: { target: { type: "string", multiple: true } },
    });
    const targets = targetsOf(values.target ?? []);
    const program = await Deno.makeTempDir({ prefix: "agentop-bundle-" });
    try {
      await bundle(program);
      await Deno.mkdir(OUT, { recursive: true });
      for (const target of targets) {
        const file = join(OUT, `agentop-${target.name}.run`);
        await writeSelfExtractor(file, {
          version: VERSION,
          system: target.name,
          deno: await denoBinary(target),
          program,
          flags: {
            cli: permissionFlags(config.permissions.cli),
            tui: permissionFlags(config.permissions.tui),
          },
        });
        console.log(`Wrote ${file}`);
      }
    } finally {
      await Deno.remove(program, { recursive: true });
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(/^Cannot /.test(message) ? message : `Cannot package agentop: ${message}`);
    Deno.exit(2);
  }
}
