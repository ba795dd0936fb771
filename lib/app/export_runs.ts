import {
  AgentOpError,
  type Exporter,
  type ExportRequest,
  type FileExporter,
  nearest,
  type Run,
  type RunFilter,
  type RunReader,
  shortRunId,
  systemTimeZone,
  type TextExporter,
} from "../core/mod.ts";
import { isEmptyRunFilter } from "../analysis/mod.ts";
import type { App } from "./app.ts";
import { writeWhole } from "./write_whole.ts";

const RUNS_PER_PAGE = 10_000;

/** Which runs go out: those named, or those that a filter lets through; neither means all where a format takes all. */
export interface ExportChoice {
  readonly runs?: readonly string[];
  readonly filter?: RunFilter;
  readonly signal: AbortSignal;
}

export interface ExportFileOptions {
  /** An existing file may be replaced. */
  readonly force?: boolean;
}

/** The exporter of that name. Throws `AgentOpError` with the nearest one. */
export async function exporterOf(name: string): Promise<Exporter> {
  const { EXPORTERS } = await import("../exporters/mod.ts");
  const found = EXPORTERS.find((exporter) => exporter.name === name);
  if (found) return found;
  const names = EXPORTERS.map((exporter) => exporter.name);
  throw new AgentOpError(`Cannot export ${JSON.stringify(name.slice(0, 40))}: there is no such format`, {
    remedy: nearest(name, names) ?? names.join(", "),
  });
}

/** What a text format says of the runs. Throws `AgentOpError`. */
export async function exportText(
  app: App,
  exporter: TextExporter | FileExporter,
  choice: ExportChoice,
): Promise<string> {
  if (exporter.takes === "named_runs") return await exporter.text(await requestFor(app, choice));
  throw new AgentOpError(`Cannot print ${exporter.name}: it is no text`, { remedy: "the name of a file" });
}

/** Writes a file whole or not at all; `path` may be a folder. Returns where it is. Throws `AgentOpError`. */
export async function exportFile(
  app: App,
  exporter: TextExporter | FileExporter,
  path: string | undefined,
  choice: ExportChoice,
  { force = false }: ExportFileOptions = {},
): Promise<string> {
  const request = await requestFor(app, choice);
  if (exporter.takes === "named_runs") {
    const text = await exporter.text(request);
    const name = ["agentop", ...request.runs!.map((run) => shortRunId(run.runId))].join("-");
    const file = `${name}.${exporter.extension}`;
    return await writeWhole(path ?? file, text, { name: file, force });
  }
  const file = `agentop.${exporter.extension}`;
  const { besideWhenOpen } = exporter;
  return await writeWhole(path ?? file, (half) => exporter.write(request, half), {
    name: file,
    force,
    besideWhenOpen,
  });
}

/** Throws `AgentOpError` when runs are chosen in two ways. */
export function checkChoice({ runs = [], filter = {} }: Pick<ExportChoice, "runs" | "filter">): void {
  if (runs.length > 0 && !isEmptyRunFilter(filter)) {
    throw new AgentOpError("Cannot choose runs: they are given by name and by filter at once", {
      remedy: "one of the two",
    });
  }
}

/** What an exporter gets for a choice. Throws `AgentOpError`. */
export async function requestFor(app: App, choice: ExportChoice): Promise<ExportRequest> {
  checkChoice(choice);
  const { runs: references = [], filter = {}, signal } = choice;
  const isFiltered = !isEmptyRunFilter(filter);
  const source = await app.store();
  const runs = references.length > 0
    ? await namedRuns(source, references)
    : isFiltered
    ? await filteredRuns(source, filter)
    : undefined;
  return {
    source,
    nowMs: app.host.now(),
    timeZone: app.config.timeZone ?? systemTimeZone(),
    signal,
    ...(runs ? { runs } : {}),
  };
}

async function namedRuns(source: RunReader, references: readonly string[]): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (const reference of references) runs.push(await source.resolveRun(reference));
  return runs;
}

async function filteredRuns(source: RunReader, filter: RunFilter): Promise<readonly Run[]> {
  const runs: Run[] = [];
  let cursor: string | undefined;
  do {
    const from = cursor === undefined ? {} : { cursor };
    const page = await source.listRuns({ filter, sort: "oldest", limit: RUNS_PER_PAGE, ...from });
    runs.push(...page.runs);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  if (runs.length > 0) return runs;
  throw new AgentOpError("Cannot export: no run matches", { remedy: "agentop runs with the same filter" });
}
