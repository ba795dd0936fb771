import { Buffer } from "node:buffer";
import { join } from "node:path";
import type { Speech } from "../../analysis/mod.ts";
import { AgentOpError, messageOf, PROVIDERS, SERVICE_VARIABLES } from "../../core/mod.ts";
import type { Config } from "../config.ts";

/** A desktop's own way to open a file, by system. */
const OPENERS: Readonly<Partial<Record<typeof Deno.build.os, readonly string[]>>> = {
  darwin: ["open"],
  windows: ["cmd", "/c", "start", ""],
};
const KEYS: readonly string[] = [
  ...Object.values(PROVIDERS).map(({ apiKey }) => apiKey),
  ...SERVICE_VARIABLES,
];
/** An opener hands over and ends; one that plays itself is left to it. */
const HANDED_OVER_MS = 1_500;

/**
 * Opens sound with the system's player. It is one file of the home folder, in the place of the one before, that only its owner can
 * read. Throws `AgentOpError` where nothing opens it.
 */
export async function playSpeech(
  { home }: Pick<Config, "home">,
  { part }: Speech,
  opener: readonly string[] = OPENERS[Deno.build.os] ?? ["xdg-open"],
): Promise<void> {
  const path = join(home, "speech.mp3");
  const [program, ...args] = opener;
  try {
    await Deno.mkdir(home, { recursive: true, mode: 0o700 });
    await Deno.remove(path).catch(() => {});
    await Deno.writeFile(path, Buffer.from(part.data, "base64"), { mode: 0o600, createNew: true });
    const child = new Deno.Command(program!, {
      args: [...args, path],
      // It needs the desktop's variables, and no key.
      env: Object.fromEntries(KEYS.map((name) => [name, ""])),
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    child.unref();
    const timer = Promise.withResolvers<undefined>();
    const id = setTimeout(() => timer.resolve(undefined), HANDED_OVER_MS);
    const status = await Promise.race([child.status, timer.promise]).finally(() => clearTimeout(id));
    if (status && !status.success) throw new Error(`it ended with exit code ${status.code}`);
  } catch (cause) {
    throw new AgentOpError(`Cannot play ${path} with ${program}: ${messageOf(cause)}`, {
      remedy: "agentop speech RUN --out FOLDER, and a player",
      cause,
    });
  }
}
