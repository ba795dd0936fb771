import { comparedSteps } from "../../analysis/mod.ts";
import { AgentOpError, type Trace } from "../../core/mod.ts";

/** A run of which 1,000 different tools were called says nothing by naming them all. */
const TOOLS_MAX = 20;
/** Words of an answer change from run to run; what it says should not. */
const LIKE_MIN = 0.6;

/** What a suite file of stored runs says: before it is written as YAML. */
export interface SuiteOfRuns {
  readonly agent: string;
  readonly cases: readonly Readonly<Record<string, unknown>>[];
  readonly scorers: readonly unknown[];
}

/** Throws `AgentOpError` that names what a run lacks to be a case. */
export function checkCase({ run, spans }: Trace): void {
  const fail = (reason: string, remedy: string): never => {
    throw new AgentOpError(`Cannot make a case of ${run.runId}: ${reason}`, { remedy });
  };
  if (run.prompt.trim() === "") fail("its prompt is not on record", "runs that were asked something");
  if (run.endTimeUs === undefined) fail("it has not ended", "agentop watch, until it has");
  if (run.origin === "agent") return;
  const isTold = [...spans.values()].some((it) => it.kind === "llm" && it.inputMessages?.length);
  if (!isTold) fail(`it was imported without messages (origin ${run.origin})`, "runs that were made here");
}

/**
 * What was asked in these runs, with what happened as what is expected: that the run completes, the tools that were called, and
 * of a run that completed an answer much like its own. Throws `AgentOpError`.
 */
export function suiteOfRuns(traces: readonly Trace[], agent: string): SuiteOfRuns {
  const cases = traces.map((trace) => {
    checkCase(trace);
    const { runId, prompt, output, status } = trace.run;
    const called = comparedSteps(trace).flatMap(({ document: { kind, name } }) =>
      kind === "tool" ? [name] : []
    );
    const tools = [...new Set(called)].filter((it) =>
      typeof it === "string" && it !== "" && !it.includes("{{")
    ).slice(0, TOOLS_MAX);
    const hasAnswer = status === "completed" && output !== undefined && output.trim() !== "";
    const scorers = [
      ...tools.map((tool) => ({ tool_called: { tool } })),
      ...(hasAnswer ? [{ similarity: { text: "{{answer}}", min: LIKE_MIN } }] : []),
    ];
    // Braces of a prompt are text, never columns: a column is put in as it is.
    const isPlain = !prompt.includes("{{");
    const vars = { ...(isPlain ? {} : { question: prompt }), ...(hasAnswer ? { answer: output } : {}) };
    return {
      id: runId,
      prompt: isPlain ? prompt : "{{question}}",
      ...(Object.keys(vars).length > 0 ? { vars } : {}),
      ...(scorers.length > 0 ? { scorers } : {}),
    };
  });
  return { agent, cases, scorers: ["completed"] };
}
