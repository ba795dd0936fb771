import { escapeText, oneLine, type Run, type RunStatus, sentenceOf } from "../../core/mod.ts";

const MESSAGE_MAX_CHARS = 1000;
const REMEDY_MAX_CHARS = 500;

const ENDED: Partial<Record<RunStatus, string>> = {
  failed: "Cannot finish",
  stopped: "Stopped",
  cancelled: "Cancelled",
};

/** The lines on stderr for what is to be known of a run that did not fail for it. */
export function warningLines({ warnings = [] }: Run): readonly string[] {
  return warnings.map(({ message }) =>
    `agentop: Warning: ${escapeText(oneLine(message, MESSAGE_MAX_CHARS))}`
  );
}

/**
 * The line on stderr for a run that ended with an error; `undefined` for any other. `what` names the run. Where the error says
 * nothing that helps, a command does. A policy that was given by a flag is given again: it is never kept with the run.
 */
export function endedLine(
  { error, runId, status }: Run,
  what: string,
  { approve }: { readonly approve?: "ask" | "auto" | "never" | undefined } = {},
): string | undefined {
  if (!error) return undefined;
  const next = status === "stopped" || status === "cancelled" ? "resume" : "show";
  const command = error.remedy ?? `agentop ${next} ${runId}`;
  const isResumed = approve !== undefined && command.startsWith(`agentop resume ${runId}`);
  const said = sentenceOf({
    message: oneLine(`${ENDED[status] ?? "Ended"} ${what}: ${error.message}`, MESSAGE_MAX_CHARS),
    remedy: oneLine(isResumed ? `${command} --approve ${approve}` : command, REMEDY_MAX_CHARS),
  });
  return `agentop: ${escapeText(said)}`;
}
