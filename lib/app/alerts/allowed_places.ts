import { createHash } from "node:crypto";
import { join } from "node:path";
import { type AlertChannel, canonicalJson } from "../../core/mod.ts";
import { MEMORY } from "../../store/mod.ts";
import type { AppConfig } from "../config.ts";

/**
 * Where somebody of this home has said that alerts may go: a file that no store brings along. Rules lie in stores, and one that came
 * from elsewhere must not make this program call anybody.
 */
export class AllowedPlaces {
  readonly #path: string;
  readonly #isOwn: boolean;

  constructor({ home, storePath }: Pick<AppConfig, "home" | "storePath">) {
    this.#path = join(home, "alert_places");
    this.#isOwn = storePath === MEMORY; // nobody else writes a store in memory
  }

  /** Throws what the file system throws. */
  async allow(channels: readonly AlertChannel[]): Promise<void> {
    if (this.#isOwn || channels.length === 0) return;
    const lines = channels.map((it) => `${hashOf(it)}\n`).join("");
    await Deno.mkdir(join(this.#path, ".."), { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(this.#path, lines, { append: true, mode: 0o600 });
  }

  /** A notice on the own desktop goes nowhere. */
  async has(channel: AlertChannel): Promise<boolean> {
    if (this.#isOwn || channel.kind === "desktop") return true;
    const text = await Deno.readTextFile(this.#path).catch(() => "");
    return `\n${text}`.includes(`\n${hashOf(channel)}\n`);
  }
}

function hashOf(channel: AlertChannel): string {
  return createHash("sha256").update(canonicalJson(channel)).digest("hex");
}
