import { isFinal, reasonOf, systemTimeZone, type Trace } from "../../core/mod.ts";
import { newNotebook, notebookText } from "../../documents/mod.ts";
import type { App } from "../app.ts";
import { runCells } from "./cells.ts";
import { notebookPath } from "./notebook_path.ts";
import { openedBy, writeNewFile } from "./write_notebook.ts";

/**
 * Writes a notebook about a run; an ending of `.ipynb` is added where it is missing. A file that is there stays as it is. Throws
 * `AgentOpError`.
 */
export async function newRunNotebook(
  app: App,
  reference: string,
  name: string,
): Promise<{ readonly path: string; readonly runId: string; readonly cells: number }> {
  const path = notebookPath(name);
  const store = await app.store();
  const trace = await store.loadTrace((await store.resolveRun(reference)).traceId);
  const cells = runCells({
    trace,
    opened: openedBy(app.config),
    nowMs: app.host.now(),
    timeZone: app.config.timeZone ?? systemTimeZone(),
    notAgain: await whyNotAgain(trace),
  });
  await writeNewFile(path, notebookText(newNotebook(app.redactor.value(cells))));
  return { path, runId: trace.run.runId, cells: cells.length };
}

async function whyNotAgain(trace: Trace): Promise<string | undefined> {
  const { run } = trace;
  if (!isFinal(run.status)) return `it is ${run.status}, not finished`;
  const [{ checkReplayable }, { agentOnRecord }] = await Promise.all([
    import("../../replay/mod.ts"),
    import("../../agent/mod.ts"),
  ]);
  try {
    checkReplayable(trace, { needsAnswers: false });
    await agentOnRecord(run, { verb: "replay", remedy: "agentop agents" });
    return undefined;
  } catch (error) {
    return reasonOf(error).replace(/^Cannot replay \S+: /, "");
  }
}
