import { cp } from "node:fs/promises";
import { join } from "node:path";
import { startArguments, type StartFlags } from "../install/launcher.ts";
import { tarGz } from "./archive.ts";
import { DENO_VERSION } from "./targets.ts";

const BIN = new URL("./npm_bin.cjs", import.meta.url);
const ROOT = new URL("../../", import.meta.url);
export const NPM_NAME = "agentop-studio";

export interface NpmPackage {
  readonly version: string;
  /** Folder of the bundle. */
  readonly program: string;
  readonly flags: StartFlags;
}

/**
 * Writes the npm package as a folder `npm/` and as the archive that `npm publish` takes: the bundle, and a command that starts it
 * with the Deno of npm. Resolves with the archive's path.
 */
export async function writeNpmPackage(out: string, { version, program, flags }: NpmPackage): Promise<string> {
  const folder = join(out, "npm");
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(join(folder, "bin"), { recursive: true });
  await cp(program, join(folder, "program"), { recursive: true });
  for (const name of ["README.md", "LICENSE"]) await Deno.copyFile(new URL(name, ROOT), join(folder, name));
  await Deno.copyFile(BIN, join(folder, "bin", "agentop.cjs"));
  await Deno.chmod(join(folder, "bin", "agentop.cjs"), 0o755);
  await Deno.writeTextFile(join(folder, "bin", "start.json"), JSON.stringify(startArguments(flags), null, 2));
  await Deno.writeTextFile(
    join(folder, "package.json"),
    `${
      JSON.stringify(
        {
          name: NPM_NAME,
          version,
          description: "A terminal workbench for people who build LLM agents on Mistral models",
          license: "MIT",
          bin: { agentop: "bin/agentop.cjs" },
          files: ["bin", "program"],
          engines: { node: ">=18" },
          dependencies: { deno: DENO_VERSION },
        },
        null,
        2,
      )
    }\n`,
  );
  const archive = join(out, `${NPM_NAME}-${version}.tgz`);
  await tarGz(folder, archive, "package");
  return archive;
}
