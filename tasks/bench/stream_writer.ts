/** Five runs that write their answers, as another process would: the store's path and tokens per second are arguments. */
import { newRunId, newSpanId, newTraceId, NO_TOTALS, nowUs, systemHost } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";

const RUNS = 5;
const [path, rate] = Deno.args;
const tokensPerSecond = Number(rate);
const host = systemHost();
await using store = await openStore(path!);
const calls: { traceId: string; spanId: string; text: string }[] = [];
for (let index = 0; index < RUNS; index++) {
  const [traceId, root, spanId] = [newTraceId(host), newSpanId(host), newSpanId(host)];
  const span = { traceId, startTimeUs: nowUs(host), status: "unset", attributes: {} } as const;
  await store.write([
    {
      type: "run_start",
      run: {
        traceId,
        runId: newRunId(host),
        agent: `streamer${index}`,
        status: "running",
        model: "mistral-small-latest",
        origin: "agent",
        userId: "default",
        tags: {},
        config: {},
        prompt: "Write a long answer.",
        startTimeUs: nowUs(host),
        totals: NO_TOTALS,
      },
    },
    { type: "span_start", span: { ...span, spanId: root, name: "invoke_agent streamer", kind: "agent" } },
    {
      type: "span_start",
      span: { ...span, spanId, parentSpanId: root, name: "chat mistral-small-latest", kind: "llm", step: 1 },
    },
  ]);
  await store.claimRun(traceId);
  calls.push({ traceId, spanId, text: "" });
}
console.log("streaming");
for (let token = 0;; token++) {
  const call = calls[token % RUNS]!;
  call.text += token % 60 < RUNS ? "paragraph.\n\n" : `word${token % 97} `;
  await store.writePartial({ ...call, reasoning: "", updatedAtUs: nowUs(host) });
  await host.sleep(1_000 / tokensPerSecond);
}
