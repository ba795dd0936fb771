import { toolCallsOf } from "../core/mod.ts";
import { conclude } from "./endings.ts";
import { modelStep } from "./model_step.ts";
import type { Session } from "./session.ts";
import { RunStop } from "./stop.ts";
import { toolRound } from "./tool_step.ts";

/**
 * The agent loop: answer the tool calls that are open, else ask the model, until it answers without asking for a tool and has read
 * all that it was told. Returns
 * that answer; throws what ends the run otherwise.
 */
export async function agentLoop(session: Session): Promise<string> {
  for (;;) {
    await session.boundary();
    const pending = session.memory.pendingToolCalls();
    if (pending.length > 0) {
      await toolRound(session, pending.slice(0, session.stepsLeft));
      if (session.stepsLeft === 0) throw tooManySteps(session);
      continue;
    }
    const isTold = await session.operations.take();
    const last = session.memory.messages.at(-1);
    if (!isTold && last?.role === "assistant" && toolCallsOf(last).length === 0) {
      return conclude(session, last);
    }
    if (session.stepsLeft === 0) throw tooManySteps(session);
    await modelStep(session);
  }
}

function tooManySteps({ stepLimit }: Session): RunStop {
  return RunStop.limit("max_steps", stepLimit);
}
