import { dirname, join, resolve } from "node:path";
import { AgentOpError, reasonOf, type TraceChanges } from "../../core/mod.ts";
import { loadWandb } from "../../exporters/mod.ts";
import type { App } from "../app.ts";
import { wandbPlace, type WandbPlaceOptions, wandbReader } from "./wandb_place.ts";

/** A folder instead of a server: what `wandb sync` sends later, a folder for each run. */
export async function offlineWandb(
  app: App,
  choice: WandbPlaceOptions & { readonly offlineFolder: string },
) {
  const folder = resolve(choice.offlineFolder);
  const place = wandbPlace(app, choice);
  const read = await wandbReader(app);
  const { offlineFiles, WandbRefusal } = await loadWandb();
  return {
    Refusal: WandbRefusal,
    target: `wandb ${folder}`,
    url: () => choice.offlineFolder,
    /** Writes a run whole or not at all, in the place of what was written of it before. */
    async send(changes: TraceChanges): Promise<void> {
      const run = read(changes);
      const { startTimeUs } = changes.run!;
      const begun = new Date(startTimeUs / 1000).toISOString().replace(/[-:]/g, "").replace("T", "_").slice(
        0,
        15,
      );
      const path = join(folder, `offline-run-${begun}-${run.id}`);
      const half = `${path}.half`;
      try {
        await remove(half);
        for (const [name, content] of Object.entries(offlineFiles(run, { place, startTimeUs }))) {
          await Deno.mkdir(dirname(join(half, name)), { recursive: true, mode: 0o700 });
          await Deno.writeFile(join(half, name), content, { mode: 0o600 });
        }
        await remove(path);
        await Deno.rename(half, path);
      } catch (cause) {
        throw new AgentOpError(`Cannot export wandb: ${path} cannot be written: ${reasonOf(cause)}`, {
          remedy: "--offline FOLDER",
          cause,
        });
      }
    },
  };
}

async function remove(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
