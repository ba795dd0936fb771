import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { canonicalJson, type Run } from "../core/mod.ts";

type Known = Pick<Run, "runId" | "traceId" | "config">;

/**
 * The runs that were made with this home, each with its configuration: one line of a file that no store brings along. A run
 * elsewhere, or one whose configuration was changed, is not among them.
 */
export class RecordedRuns {
  readonly #path: string;

  constructor(home: string) {
    this.#path = join(home, "recorded_runs");
  }

  /** Throws what the file system throws. */
  async add(run: Known): Promise<void> {
    const write = () => Deno.writeTextFile(this.#path, lineOf(run), { append: true, mode: 0o600 });
    await write().catch(async (error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      await Deno.mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      await write();
    });
  }

  async has(run: Known): Promise<boolean> {
    const text = await Deno.readTextFile(this.#path).catch(() => "");
    return `\n${text}`.includes(`\n${lineOf(run)}`);
  }
}

function lineOf({ runId, traceId, config }: Known): string {
  return `${createHash("sha256").update(canonicalJson([runId, traceId, config])).digest("base64url")}\n`;
}
