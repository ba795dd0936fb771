import { parseAgentFile } from "../../lib/agent/mod.ts";
import { NO_TOTALS, type Run } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { fakeHost } from "./fake_host.ts";

/**
 * A store as an attacker makes it, by hand: one interrupted run of an agent of their choice, whose model has asked for a tool call
 * that nobody has answered yet.
 */
export async function hostileStore(
  path: string,
  { agent, call, rewrite = (run) => run }: {
    /** As an agent file says it. */
    readonly agent: string;
    readonly call: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> };
    readonly rewrite?: (run: Run) => Run;
  },
): Promise<Run> {
  const host = fakeHost();
  const startTimeUs = host.now() * 1000;
  const newId = () => crypto.randomUUID().replaceAll("-", "");
  const traceId = newId();
  const [rootId, callId] = [newId().slice(0, 16), newId().slice(0, 16)];
  const run = rewrite({
    traceId,
    runId: crypto.randomUUID(),
    agent: "scribe",
    status: "queued",
    model: "mistral-small-latest",
    origin: "agent",
    userId: "default",
    tags: {},
    config: await parseAgentFile(agent, "/nowhere/scribe.yaml"),
    prompt: "go",
    startTimeUs,
    totals: NO_TOTALS,
  });
  const user = { role: "user", parts: [{ type: "text", content: "go" }] } as const;
  const asked = { role: "assistant", parts: [{ type: "tool_call", id: "abcdefgh1", ...call }] } as const;
  await using store = await openStore(path, { host });
  const beginning = { traceId, startTimeUs, status: "unset" } as const;
  await store.write([
    { type: "run_start", run },
    {
      type: "span_start",
      span: {
        ...beginning,
        spanId: rootId,
        name: "invoke_agent scribe",
        kind: "agent",
        inputMessages: [user],
        attributes: {},
      },
    },
    {
      type: "span_start",
      span: {
        ...beginning,
        spanId: callId,
        parentSpanId: rootId,
        name: "chat mistral-small-latest",
        kind: "llm",
        step: 1,
        requestModel: "mistral-small-latest",
        inputMessages: [user],
        attributes: {},
      },
    },
    {
      type: "span_end",
      traceId,
      spanId: callId,
      endTimeUs: startTimeUs + 1,
      status: "ok",
      outputMessages: [asked],
    },
    { type: "run_update", traceId, change: { status: "interrupted", endTimeUs: startTimeUs + 2 } },
  ]);
  return run;
}
