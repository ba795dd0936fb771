import { join } from "node:path";
import { tmpdir } from "node:os";
import type { Json } from "./support.ts";

/** Tested with this one; a newer one may have other rules. */
const PACKAGE = "mistral-common==1.13.1";
const SCRIPT = join(import.meta.dirname!, "fixtures", "validate.py");

/** `3.12`, where Python can install packages; else `undefined`. */
export const PYTHON = pythonVersion();

function pythonVersion(): string | undefined {
  const args = ["-c", "import pip, sys; print('%d.%d' % sys.version_info[:2])"];
  try {
    const { success, stdout } = new Deno.Command("python3", { args, stderr: "null" }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}

/** Installs the validators once per machine, in its temporary folder. The reason when that cannot be done. */
export async function installValidators(): Promise<
  { readonly folder: string } | { readonly reason: string }
> {
  const folder = join(tmpdir(), `agentop-${PACKAGE.replace("==", "-")}-python${PYTHON}`);
  if (await exists(folder)) return { folder };
  const staged = await Deno.makeTempDir({ prefix: "agentop-pip-" });
  const args = [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--target",
    staged,
    PACKAGE,
  ];
  const { success, stderr } = await new Deno.Command("python3", { args, stdout: "null", stderr: "piped" })
    .output();
  // Another test process may have been faster.
  if (success) await Deno.rename(staged, folder).catch(() => {});
  await Deno.remove(staged, { recursive: true }).catch(() => {});
  if (await exists(folder)) return { folder };
  return { reason: new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "pip failed" };
}

/** What the validators say against each request, as `script` asks them; `null` where they take it. */
export async function objections(
  folder: string,
  requests: readonly Json[],
  script: string = SCRIPT,
): Promise<readonly (string | null)[]> {
  const child = new Deno.Command("python3", {
    args: [script],
    env: { PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(requests)));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
