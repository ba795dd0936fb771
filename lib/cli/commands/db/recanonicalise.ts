import { plural } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";

interface RecanonicaliseFlags {
  readonly all?: true | undefined;
}

export async function recanonicalise(context: Context, flags: RecanonicaliseFlags): Promise<number> {
  const ingest = await context.app.ingest();
  const runs = await ingest.recanonicalise({ all: flags.all === true });
  if (context.json) context.printJson({ runs });
  else context.print(runs === 0 ? "Nothing to read again." : `Read ${plural(runs, "run")} again.`);
  return 0;
}
