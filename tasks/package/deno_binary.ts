import { createHash } from "node:crypto";
import { join } from "node:path";
import { DENO_VERSION, type Target } from "./targets.ts";

/** The Deno of a target: the one that runs when it is the same to the bit, else the one of npm. Throws an `Error`. */
export async function denoBinary(target: Target): Promise<Uint8Array<ArrayBuffer>> {
  const own = await Deno.readFile(Deno.execPath());
  if (sha256(own) === target.sha256) return own;
  const path = await fromNpm(target);
  const binary = await Deno.readFile(path);
  if (sha256(binary) !== target.sha256) {
    throw new Error(
      `Cannot package ${target.name}: ${path} is not Deno ${DENO_VERSION} as it was published. Try: remove it`,
    );
  }
  return binary;
}

/** Deno's own client fetches it, checks the registry's hash and keeps it with the other packages. */
async function fromNpm(target: Target): Promise<string> {
  const spec = `npm:${target.package}@${DENO_VERSION}`;
  const { code, stderr } = await deno(["cache", "--quiet", "--no-config", "--no-lock", spec]);
  const { npmCache } = JSON.parse((await deno(["info", "--json"])).stdout) as { npmCache: string };
  if (code === 0) {
    for (const { name } of Deno.readDirSync(npmCache)) {
      const path = join(npmCache, name, target.package, DENO_VERSION, "deno");
      if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
    }
  }
  const reason = stderr.trim().split("\n").at(-1)?.trim() || `it is not in ${npmCache}`;
  throw new Error(
    `Cannot package ${target.name}: ${spec} cannot be had: ${reason}. Try: again with a network`,
  );
}

async function deno(args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
