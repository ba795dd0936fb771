import assert from "node:assert/strict";
import { memorySteps } from "../../lib/analysis/mod.ts";
import {
  ATTR,
  type DurableEvent,
  type Message,
  newRunId,
  newTraceId,
  type Run,
  type Span,
  type Trace,
} from "../../lib/core/mod.ts";
import { UNICODE } from "../../lib/tui/draw/glyphs.ts";
import { tabLines } from "../../lib/tui/trace/content.ts";
import { heatStrip } from "../../lib/tui/trace/heat.ts";
import { treeLayout, treeRow } from "../../lib/tui/trace/span_row.ts";
import { treeRows } from "../../lib/analysis/mod.ts";
import { CliHome } from "../support/cli.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleRun } from "../support/sample_run.ts";
import { pageText, plainOf } from "./support.ts";

const COLUMNS = 90;

const user = (content: string): Message => ({ role: "user", parts: [{ type: "text", content }] });
const says = (content: string): Message => ({ role: "assistant", parts: [{ type: "text", content }] });
const asks: Message = {
  role: "assistant",
  parts: [{ type: "tool_call", id: "call1", name: "calculator", arguments: { expression: "1 + 2" } }],
};
const answers: Message = {
  role: "tool",
  parts: [{ type: "tool_call_response", id: "call1", response: "3" }],
};

/** As an importer writes a run: spans that have ended, without numbers or snapshots; the SDK tells of each call once more. */
const IMPORTED: readonly Partial<Span>[] = [
  { name: "RunnableSequence" },
  { kind: "llm", name: "ChatModel", inputMessages: [user("Add.")], outputMessages: [asks] },
  { kind: "llm", name: "chat.completions", inputMessages: [user("Add.")], outputMessages: [asks] },
  { kind: "tool", name: "calculator", attributes: { [ATTR.toolCallId]: "call1" }, outputMessages: [answers] },
  {
    kind: "llm",
    name: "ChatModel",
    inputMessages: [user("Add."), asks, answers],
    outputMessages: [says("It is 3.")],
  },
];
/** Parents of the spans above, by place. */
const PARENTS = [undefined, 0, 1, 0, 0];

function importedEvents(): readonly DurableEvent[] {
  const host = fakeHost();
  const run: Run = {
    ...sampleRun(host),
    traceId: newTraceId(host),
    runId: newRunId(host),
    origin: "otlp",
    status: "completed",
    config: {},
    tags: {},
    prompt: "Add.",
    output: "It is 3.",
  };
  const { traceId } = run;
  const idOf = (index: number) => `${index + 1}`.padStart(16, "a");
  const spans = IMPORTED.flatMap((given, index): readonly DurableEvent[] => {
    const parent = PARENTS[index];
    const startTimeUs = run.startTimeUs + index * 1000;
    const { outputMessages, ...begun } = given;
    return [
      {
        type: "span_start",
        span: {
          traceId,
          spanId: idOf(index),
          ...(parent === undefined ? {} : { parentSpanId: idOf(parent) }),
          name: "span",
          kind: "chain",
          startTimeUs,
          status: "unset",
          attributes: {},
          ...begun,
        },
      },
      {
        type: "span_end",
        traceId,
        spanId: idOf(index),
        endTimeUs: startTimeUs + 500,
        status: "ok",
        ...(outputMessages ? { outputMessages } : {}),
      },
    ];
  });
  return [{ type: "run_start", run }, ...spans];
}

/** The run in a store, read back, with its home. */
async function stored(home: CliHome, events: readonly DurableEvent[]): Promise<Trace> {
  const [start] = events;
  if (start?.type !== "run_start") throw new Error("a run begins with run_start");
  return await home.withStore(async (store) => {
    await store.write(events);
    return await store.loadTrace(start.run.traceId);
  });
}

Deno.test("an imported trace of three steps has three steps in show, in the page and in the workbench", async () => {
  await using home = await CliHome.create();
  const trace = await stored(home, importedEvents());
  const [shown, third, json] = await Promise.all([
    home.run(["show", "last"]),
    home.run(["show", "last", "--span", "3"]),
    home.run(["show", "last", "--json"]),
  ]);
  assert.match(shown.stdout, /calls +3 steps:/);
  assert.match(
    shown.stdout,
    /1 llm ChatModel[^]* llm chat\.completions[^]*2 tool calculator[^]*3 llm ChatModel/,
  );
  assert.match(third.stdout, /step +3\n[^]*It is 3\./);
  const steps = json.json().spans.map((span: { step: number | null }) => span.step);
  assert.deepEqual(steps, [null, 1, null, 2, 3]);

  const page = await pageText(trace, 0);
  assert.match(page, /Steps 3 /);
  assert.match(page, /#step-1[^]*#step-2[^]*#step-3/);
  assert.doesNotMatch(page, /#step-4/);

  const layout = treeLayout(COLUMNS);
  const rows = plainOf(treeRows(trace).map((row) => treeRow(row, trace, layout, UNICODE, 0)));
  assert.match(rows, /1 llm ChatModel[^]* llm chat\.completions[^]*2 tool calculator[^]*3 llm ChatModel/);
  assert.match(plainOf([heatStrip(trace, undefined, "time", [], COLUMNS, UNICODE, 0)]), /3 steps/);
});

Deno.test("memory of an imported run is in the command line, in the page and in the workbench", async () => {
  await using home = await CliHome.create();
  const trace = await stored(home, importedEvents());
  const [memory, shown] = await Promise.all([
    home.run(["memory", "last", "--diff"]),
    home.run(["show", "last", "--memory"]),
  ]);
  assert.match(memory.stdout, /step 3 llm .*4 messages/);
  assert.ok(shown.stdout.endsWith(memory.stdout), "show --memory says what memory --diff says");
  assert.match(await pageText(trace, 0), /At the end: 4 messages/);
  const last = [...trace.spans.values()].at(-1)!;
  const tab = plainOf(tabLines("memory", trace, last, undefined, COLUMNS));
  assert.match(tab, /memory after step 3, against step 2[^]*4 messages: 3 unchanged[^]*It is 3\./);
});

/** A run whose one tool call puts a value at the front of a remembered list. */
function listEvents(): readonly DurableEvent[] {
  const host = fakeHost();
  const run: Run = { ...sampleRun(host), status: "completed" };
  const { traceId } = run;
  const spans = [1, 2].flatMap((step): readonly DurableEvent[] => {
    const spanId = `${step}`.padStart(16, "b");
    const startTimeUs = run.startTimeUs + step * 1000;
    return [
      {
        type: "span_start",
        span: {
          traceId,
          spanId,
          name: "execute_tool remember",
          kind: "tool",
          step,
          startTimeUs,
          status: "unset",
          attributes: { [ATTR.toolName]: "remember" },
        },
      },
      { type: "span_end", traceId, spanId, endTimeUs: startTimeUs + 10, status: "ok" },
      {
        type: "snapshot",
        snapshot: {
          snapshotId: `${step}`.padStart(16, "c"),
          traceId,
          spanId,
          step,
          createdAtUs: startTimeUs + 20,
          messages: [],
          keyValues: { seen: step === 1 ? ["b", "c", "d"] : ["a", "b", "c", "d"] },
        },
      },
    ];
  });
  return [{ type: "run_start", run }, ...spans];
}

Deno.test("a value put at the front of a list is one change in every edge", async () => {
  await using home = await CliHome.create();
  const trace = await stored(home, listEvents());
  assert.deepEqual(memorySteps(trace).at(-1)!.changes, [
    { path: "/keyValues/seen/0", op: "add", right: "a" },
  ]);
  const { stdout } = await home.run(["memory", "last", "--diff"]);
  assert.deepEqual(stdout.trimEnd().split("\n").at(-1), "  + /keyValues/seen/0  a");
  const page = await pageText(trace, 0);
  assert.match(page, /Step 2 remember \/seen\/0 after a /);
  assert.match(page, /Step 2 remember 0 – 1 1 key changed/);
  const last = [...trace.spans.values()].at(-1)!;
  const rows = plainOf(tabLines("memory", trace, last, undefined, COLUMNS)).split("\n");
  assert.deepEqual(rows.filter((row) => /^[-+] /.test(row)), ['+ /seen/0  "a"']);
});
