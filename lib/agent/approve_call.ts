import { ATTR, nowUs, type Part, targetsOf, type Tool } from "../core/mod.ts";
import type { ApprovalAnswer } from "./approval.ts";
import type { AskedFor } from "./approvals.ts";
import type { Session } from "./session.ts";
import { describeFailure } from "./step_failure.ts";

/** A tool call that may not be executed unasked. */
interface AskedCall {
  readonly call: Extract<Part, { type: "tool_call" }>;
  readonly tool: Tool;
  /** The call's open span. */
  readonly spanId: string;
  /** It may have taken effect before an interruption. */
  readonly isRepeat: boolean;
}

/** Asks, according to the agent's policy, and records question and answer as a guardrail span. */
export async function approveCall(session: Session, asked: AskedCall): Promise<ApprovalAnswer> {
  const targets = targetsOf(asked.tool.touches ?? [], asked.call.arguments);
  const like = { toolName: asked.call.name, targets };
  const known = answerByPolicy(session, asked, like);
  if (known) return known;
  const { services: { host }, recorder, run, config, approvals } = session;
  const { call, tool, isRepeat } = asked;
  const summary = `${isRepeat ? "repeat after an interruption: " : ""}${tool.summary(call.arguments)}`;
  const spanId = session.openSpan({
    parentSpanId: asked.spanId,
    name: `approve ${call.name}`,
    kind: "guardrail",
    attributes: {
      [ATTR.toolName]: call.name,
      [ATTR.toolSummary]: summary,
      [ATTR.toolCallArguments]: call.arguments,
      ...(tool.touches ? { [ATTR.approvalTouches]: tool.touches } : {}),
    },
  });
  const request = {
    traceId: run.traceId,
    spanId,
    agent: config.name,
    toolName: call.name,
    arguments: call.arguments,
    targets,
    summary,
    permissions: tool.permissions,
  };
  const end = { type: "span_end", traceId: run.traceId, spanId } as const;
  const approver = session.services.approver ?? session.control.approver;
  try {
    const ask = async (signal: AbortSignal) => {
      await recorder.flush();
      return await approver(request, signal);
    };
    const answer = await session.idle(
      "waiting",
      () => approvals.question(ask, session.signal, isRepeat ? undefined : like),
    );
    const isLasting = answer.decision === "allow" && answer.always === true && answer.arguments === undefined;
    recorder.emit({
      ...end,
      endTimeUs: nowUs(host),
      status: answer.decision === "allow" ? "ok" : "error",
      ...(answer.decision === "deny" ? { errorType: "denied" } : {}),
      attributes: attributesOf({ ...answer, always: isLasting }),
    });
    if (isLasting) approvals.allow(like, answer.scope ?? "tool", answer.by);
    if (approvals.areAllAnswered) session.goOn();
    return answer;
  } catch (error) {
    recorder.emit({
      ...end,
      endTimeUs: nowUs(host),
      status: "error",
      ...describeFailure(session.signal, error),
    });
    throw error;
  }
}

/** What is kept of an answer. */
function attributesOf({ decision, by, always, scope, reason, ...answer }: ApprovalAnswer) {
  return {
    [ATTR.approvalDecision]: decision,
    [ATTR.approvalBy]: by,
    ...(decision === "allow" && always ? { [ATTR.approvalScope]: scope ?? "tool" } : {}),
    ...(decision === "allow" && answer.arguments !== undefined
      ? { [ATTR.approvalArguments]: answer.arguments }
      : {}),
    ...(decision === "deny" && reason !== undefined ? { [ATTR.approvalReason]: reason } : {}),
  };
}

/** What needs no person. */
function answerByPolicy(
  { config, approvals, isGuarded }: Session,
  { isRepeat }: AskedCall,
  like: AskedFor,
): ApprovalAnswer | undefined {
  const why = "it may have taken effect before the interruption";
  if (config.approve === "never") {
    return { decision: "deny", by: "policy", reason: isRepeat ? why : "approve is never" };
  }
  if (isRepeat) {
    return config.approve === "auto" ? { decision: "deny", by: "policy", reason: why } : undefined;
  }
  const isAllowed = config.approve === "auto" && !isGuarded || approvals.isAllowed(like);
  return isAllowed ? { decision: "allow", by: "policy" } : undefined;
}
