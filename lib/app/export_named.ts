import { wallTime } from "../core/mod.ts";
import type { App } from "./app.ts";
import { exporterOf, exportFile } from "./export_runs.ts";
import { exportTable } from "./export_tables.ts";

/**
 * Writes the runs as any of the formats, where a format holds tables their table `runs`, to a new file of its own in the
 * current folder. Returns where it is. Throws `AgentOpError`.
 */
export async function exportNamed(
  app: App,
  format: string,
  runs: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const exporter = await exporterOf(format);
  if (exporter.takes === "named_runs") return await exportFile(app, exporter, undefined, { runs, signal });
  const time = wallTime(app.host.now(), app.config.timeZone ?? "UTC").replace(/[ :]/g, "-");
  const path = `agentop-runs-${time}.${exporter.extension}`;
  if (exporter.takes === "chosen_runs") return await exportFile(app, exporter, path, { runs, signal });
  return (await exportTable(app, exporter, path, { table: "runs", runs, signal })).path;
}
