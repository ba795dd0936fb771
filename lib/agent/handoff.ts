import {
  ATTR,
  NO_PERMISSIONS,
  oneLine,
  type Run,
  type Tool,
  ToolInputError,
  type ToolResult,
  tryParseJson,
} from "../core/mod.ts";
import type { AgentConfig } from "./agent_config.ts";

/** Agents handing work to agents handing work: deeper is a circle. */
export const HANDOFF_DEPTH_MAX = 5;
const PROMPT_MAX_CHARS = 100_000;

/** Runs (or finishes) the child run for a prompt; resolves when it ended, however it ended. */
export type StartChild = (
  agent: AgentConfig,
  prompt: string,
  toolCallSpanId: string,
  signal: AbortSignal,
) => Promise<Run>;

/** The tool through which an agent hands work to another one: named after it, with the prompt as its argument. */
export function createHandoffTool(agent: AgentConfig, start: StartChild): Tool {
  return {
    name: agent.name,
    description: agent.description ??
      `Hands a task to the agent "${agent.name}" and returns its answer. ${oneLine(agent.instructions, 300)}`,
    parameters: {
      type: "object",
      properties: {
        prompt: { type: "string", minLength: 1, description: "The whole task: it sees nothing else" },
      },
      required: ["prompt"],
      additionalProperties: false,
    },
    // What the child's tools touch is asked for when the child calls them.
    permissions: NO_PERMISSIONS,
    // A child that is run again picks up where it was: see `begunCalls` and RUN_TAG.
    idempotent: true,
    limitsItself: true,
    summary: (args) => `${agent.name}(${oneLine(promptOf(args) ?? "?", 80)})`,
    async execute(args, context): Promise<ToolResult> {
      const prompt = promptOf(args);
      if (!prompt) {
        throw new ToolInputError(
          `Cannot hand over to ${agent.name}: "prompt" must be a text that is not empty.`,
        );
      }
      const run = await start(agent, prompt.slice(0, PROMPT_MAX_CHARS), context.parentSpanId, context.signal);
      const attributes = { [ATTR.childRunId]: run.runId };
      if (run.status === "completed") return { content: withWarnings(run, agent.name), attributes };
      const why = run.error ? `${run.error.type}: ${run.error.message}` : run.status;
      return { content: `The agent ${agent.name} did not finish (${why}).`, isError: true, attributes };
    },
  };
}

/** The answer, and what is to be known of it: an empty or a cut one looks like any other. */
function withWarnings({ output = "", warnings = [] }: Run, name: string): string {
  const notes = warnings.map(({ message }) => `[${name}: ${message}]`).join("\n");
  return notes === "" ? output : output.trim() === "" ? notes : `${output}\n\n${notes}`;
}

function promptOf(args: unknown): string | undefined {
  const value = typeof args === "string" ? tryParseJson(args) : args;
  const prompt = (value as { prompt?: unknown } | null | undefined)?.prompt;
  return typeof prompt === "string" && prompt.trim() !== "" ? prompt : undefined;
}
