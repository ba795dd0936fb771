import {
  ATTR,
  type Message,
  messageOf,
  nearest,
  needsApproval,
  nowUs,
  type Part,
  TIMER_MAX_MS,
  type Tool,
  ToolInputError,
  type ToolResult,
} from "../core/mod.ts";
import { approveCall } from "./approve_call.ts";
import { orAborted } from "./control.ts";
import { editNote } from "./edit_note.ts";
import type { Session } from "./session.ts";
import { describeFailure } from "./step_failure.ts";
import { RunStop } from "./stop.ts";

/** Tool calls of one round that run at the same time. */
const PARALLEL_MAX = 16;

type ToolCall = Extract<Part, { type: "tool_call" }>;

/** Answers the calls of one assistant message, side by side, each a step. Results keep the order of the calls. */
export async function toolRound(session: Session, calls: readonly ToolCall[]): Promise<void> {
  for (const call of calls) {
    if (session.guard.isLooping(call.name, call.arguments)) {
      throw RunStop.limit(
        "loop",
        `the same call of ${call.name} came ${session.guard.maxRepeats} times with the same result`,
      );
    }
  }
  const results: Message[] = [];
  let from = 0;
  while (from < calls.length) {
    // Agents that work was handed to may have taken the steps that were left.
    const round = calls.slice(from, from + Math.min(PARALLEL_MAX, session.stepsLeft));
    if (round.length === 0) break;
    from += round.length;
    const answers: (Message | undefined)[] = round.map(() => undefined);
    const finished = await Promise.allSettled(round.map(async (call, index) => {
      const step = session.nextStep();
      await toolStep(session, call, step, (message) => {
        answers[index] = message;
        return [...session.memory.messages, ...results, ...answers.filter((it) => it !== undefined)];
      });
    }));
    results.push(...answers.filter((it) => it !== undefined));
    const failed = finished.find((it) => it.status === "rejected");
    if (failed) throw failed.reason;
  }
  for (const message of results) session.memory.add(message);
  session.memory.orderResults();
}

async function toolStep(
  session: Session,
  call: ToolCall,
  step: number,
  remember: (message: Message) => readonly Message[],
): Promise<void> {
  const { services: { host }, recorder, run } = session;
  const tool = session.tools.get(call.name);
  const spanId = session.openSpan({
    name: `execute_tool ${call.name}`,
    kind: "tool",
    step,
    attributes: {
      [ATTR.toolName]: call.name,
      [ATTR.toolCallId]: call.id,
      [ATTR.toolCallArguments]: call.arguments,
      ...(tool
        ? { [ATTR.toolSummary]: tool.summary(call.arguments), [ATTR.toolIdempotent]: tool.idempotent }
        : {}),
    },
  });
  const end = { type: "span_end", traceId: run.traceId, spanId } as const;
  session.callIds.set(spanId, call.id);
  let outcome: ToolResult;
  try {
    const result = await perform(session, call, tool, spanId);
    outcome = session.services.redactor?.value(result) ?? result;
  } catch (error) {
    recorder.emit({
      ...end,
      endTimeUs: nowUs(host),
      status: "error",
      ...describeFailure(session.signal, error),
    });
    throw error;
  } finally {
    session.callIds.delete(spanId);
  }
  session.guard.record(call.name, call.arguments, outcome.content);
  if (tool && hasEffect(tool) && !outcome.isError) session.guard.changed(call.name, call.arguments);
  const message: Message = {
    role: "tool",
    parts: [{
      type: "tool_call_response",
      id: call.id,
      name: call.name,
      response: outcome.content,
      ...(outcome.isError ? { isError: true } : {}),
    }],
  };
  const { billed } = outcome;
  const cost = billed && session.services.prices.price({ ...billed, atMs: host.now() });
  if (cost?.usd) session.ledger.charge(cost.usd);
  recorder.emit({
    ...end,
    endTimeUs: nowUs(host),
    status: outcome.isError ? "error" : "ok",
    ...(outcome.isError
      ? { errorType: outcome.errorType ?? "tool_error", errorMessage: outcome.content }
      : {}),
    ...(cost ? { cost } : {}),
    outputMessages: [message],
    attributes: {
      ...outcome.attributes,
      ...(outcome.truncatedBytes ? { [ATTR.toolTruncatedBytes]: outcome.truncatedBytes } : {}),
    },
  });
  session.snapshot(spanId, step, remember(message));
}

/** Nobody has allowed what the run's tools touch, and this one touches something, or starts an agent that may. */
function isGuarded(session: Session, { name, permissions }: Tool): boolean {
  if (!session.isGuarded) return false;
  return permissions.read.length > 0 || needsApproval(permissions) ||
    session.config.tools.some((tool) => tool.kind === "agent" && tool.name === name);
}

/** It may leave the world another one. */
function hasEffect({ idempotent, permissions }: Tool): boolean {
  return !idempotent || permissions.run || permissions.write.length > 0;
}

function refused(content: string, errorType: string): ToolResult {
  return { content, isError: true, errorType };
}

function unknownTool(session: Session, name: string): ToolResult {
  const names = [...session.tools.keys()];
  const there = names.length > 0 ? `There are: ${names.join(", ")}.` : "There are no tools.";
  const guess = nearest(name.replace(/^.*[.:/]/, ""), names);
  const hint = guess === undefined ? "" : `Did you mean ${guess}? `;
  return refused(`There is no tool "${name.slice(0, 80)}". ${hint}${there}`, "unknown_tool");
}

/** Everything that goes wrong inside a tool is told to the model; only the end of the run is thrown. */
async function perform(
  session: Session,
  call: ToolCall,
  tool: Tool | undefined,
  spanId: string,
): Promise<ToolResult> {
  if (!tool) return unknownTool(session, call.name);
  const { services, run: { traceId } } = session;
  const known = session.memoryTools.has(call.name)
    ? undefined
    : services.recall?.({ traceId, name: call.name, arguments: call.arguments });
  if (known) return { ...known, attributes: { ...known.attributes, [ATTR.toolSource]: "recorded" } };
  let given: unknown = call.arguments;
  let told = "";
  const begun = session.begunCalls.has(call.id) && !tool.idempotent;
  if (begun || services.askFirst || needsApproval(tool.permissions) || isGuarded(session, tool)) {
    const answer = await approveCall(session, { call, tool, spanId, isRepeat: begun });
    if (answer.decision === "deny") {
      return refused(
        `The call of ${call.name} was not ${begun ? "repeated" : "allowed"}: ${
          answer.reason ?? "it was refused"
        }.`,
        begun ? "not_repeated" : "denied",
      );
    }
    if (answer.arguments !== undefined) {
      given = answer.arguments;
      told = editNote(given);
    }
  }
  const result = await executed(session, tool, given, spanId);
  if (told === "") return result;
  const attributes = { ...result.attributes, [ATTR.approvalArguments]: given };
  return { ...result, content: `${told}${result.content}`, attributes };
}

/** Within its limits; until it is over, a person can break it off. */
async function executed(session: Session, tool: Tool, given: unknown, spanId: string): Promise<ToolResult> {
  // What cannot be undone must be on record before it happens.
  if (!tool.idempotent) await session.recorder.flush();
  const limit = new AbortController();
  let cancelledBy: string | undefined;
  const { toolTimeoutSeconds, maxToolOutputBytes } = session.config.limits;
  const signal = AbortSignal.any([session.signal, limit.signal]);
  using _ = session.operations.duringCall(spanId, (by) => {
    cancelledBy ??= by;
    limit.abort(new DOMException("cancelled", "AbortError"));
  });
  const timer = tool.limitsItself ? undefined : setTimeout(
    () => limit.abort(new DOMException("time limit", "TimeoutError")),
    Math.min(toolTimeoutSeconds * 1000, TIMER_MAX_MS),
  );
  try {
    return await orAborted(
      tool.execute(given, {
        signal,
        emit: session.recorder.emit,
        traceId: session.run.traceId,
        parentSpanId: spanId,
        host: session.services.host,
        maxOutputBytes: maxToolOutputBytes,
      }),
      signal,
    );
  } catch (error) {
    session.signal.throwIfAborted();
    if (cancelledBy !== undefined) {
      const attributes = { [ATTR.controlAction]: "cancel", [ATTR.controlBy]: cancelledBy };
      return {
        ...refused(
          `The call of ${tool.name} was broken off by a person; it may have had its effect.`,
          "cancelled",
        ),
        attributes,
      };
    }
    if (limit.signal.aborted) {
      return refused(`${tool.name} did not finish within ${toolTimeoutSeconds} s.`, "timeout");
    }
    const type = error instanceof ToolInputError ? "invalid_arguments" : "tool_error";
    return refused(messageOf(error), type);
  } finally {
    clearTimeout(timer);
  }
}
