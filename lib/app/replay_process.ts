import type { AppConfig } from "./config.ts";
import type { ReplayRequest } from "./requests.ts";
import { type BegunRun, startReplayProcess } from "./runner_process.ts";

/** Starts what the workbench asks for; an edited text travels in a file that is gone when the run has begun. */
export async function startReplay(config: AppConfig, request: ReplayRequest): Promise<BegunRun> {
  const { edit } = request;
  const file = edit && await Deno.makeTempFile({ prefix: "agentop-edit-", suffix: ".txt" });
  try {
    if (edit && file) await Deno.writeTextFile(file, edit.text);
    return await startReplayProcess(config, replayArguments(request, file));
  } finally {
    if (file) await Deno.remove(file).catch(() => {});
  }
}

/** A request as `agentop replay` takes it; `file` holds the edited text. */
export function replayArguments(request: ReplayRequest, file?: string): readonly string[] {
  const { runId, mode, overrides = {}, tools, fromStep, edit } = request;
  return [
    "--mode",
    mode,
    ...Object.entries(overrides).flatMap(([key, value]) => ["--set", `${key}=${value}`]),
    ...(tools === undefined ? [] : ["--tools", tools]),
    ...(fromStep === undefined ? [] : ["--from", String(fromStep)]),
    ...(edit && file !== undefined ? ["--edit", `${edit.step}=${file}`] : []),
    "--",
    runId,
  ];
}
