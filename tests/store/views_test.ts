import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gunzipSync } from "node:zlib";
import { type DurableEvent, type Message, type Part, type Store, toolCallsOf } from "../../lib/core/mod.ts";
import { traceShape } from "../../lib/documents/mod.ts";
import { openReadOnly } from "../../lib/store/mod.ts";
import { viewsOf } from "../../lib/store/sqlite/views.ts";
import { graded, keepExperiment } from "../support/experiments.ts";
import { fakeHost } from "../support/fake_host.ts";
import { openDatabase } from "../support/open_database.ts";
import { sampleEvents } from "../support/sample_run.ts";

const VIEWS = [
  "runs",
  "spans",
  "messages",
  "tool_calls",
  "memory_snapshots",
  "diffs",
  "evaluations",
  "experiments",
  "experiment_results",
];
/** That a store of an older release, or of runs alone, has no rows of. */
const MAY_BE_EMPTY = ["diffs", "evaluations", "experiments", "experiment_results"];
const LONG = "The kettle, é 🙂, boils. ".repeat(100);
/** What other programs cannot read as it is, and what looks like it. */
const HOSTILE = 'a \u0000 b \ud800 c \\ud800 d \\\\u0000 e \\" f \n';
const ESCAPED = 'a \\u0000 b \\ud800 c \\ud800 d \\\\u0000 e \\" f \n';

type Row = Readonly<Record<string, unknown>>;

function rowsOf(sqlite: DatabaseSync, sql: string): Row[] {
  return sqlite.prepare(sql).all().map((row) => ({ ...row }));
}

/** The file as any other program reads it: no function of ours is registered. */
function plainRows(path: string, sql: string): Row[] {
  using sqlite = new DatabaseSync(path, { readOnly: true });
  return rowsOf(sqlite, sql);
}

async function withStore(
  test: (store: Store, path: string, sqlite: DatabaseSync) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.db");
    await using database = await openDatabase(path);
    await test(database.store, path, database.sqlite);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Stores a run and returns its trace id. */
async function write(store: Store, events: Iterable<DurableEvent>): Promise<string> {
  const all = [...events];
  await store.write(all);
  assert(all[0]?.type === "run_start");
  return all[0].run.traceId;
}

Deno.test("views in the file can be read without any function of ours; what is compressed is null and flagged", async () => {
  await withStore(async (store, path, sqlite) => {
    await write(
      store,
      sampleEvents({ rounds: 2, prompt: LONG, text: (round) => round === 0 ? "No." : LONG }),
    );
    for (const view of VIEWS) {
      const plain = plainRows(path, `select * from ${view}`);
      const whole = rowsOf(sqlite, `select * from ${view}`);
      assert.equal(plainRows(path, `select count(*) as n from ${view}`)[0]?.["n"], whole.length, view);
      for (const [index, row] of whole.entries()) {
        assert.deepEqual(Object.keys(plain[index]!), Object.keys(row), view);
        const flags = Object.keys(row).filter((name) => name.endsWith("_is_compressed"));
        const hidden = new Set(flags.filter((flag) => plain[index]![flag] === 1));
        for (const [name, value] of Object.entries(row)) {
          if (flags.includes(name)) assert.equal(value, 0, `${view}.${name}`);
          else if (hidden.size === 0) assert.deepEqual(plain[index]![name], value, `${view}.${name}`);
        }
      }
    }
    const [run] = plainRows(path, "select * from runs");
    assert.deepEqual([run?.["initial_prompt"], run?.["initial_prompt_is_compressed"]], [null, 1]);
    assert.equal(run?.["initial_prompt_bytes"], new TextEncoder().encode(JSON.stringify(LONG)).length);
    assert.deepEqual([run?.["final_response"], run?.["final_response_is_compressed"]], [
      "done after 2 rounds",
      0,
    ]);
    const said = plainRows(path, "select role, content, content_is_compressed, content_bytes from messages");
    assert.deepEqual(said.map((it) => it["role"]), [
      "system",
      "user",
      "assistant",
      "tool",
      "assistant",
      "tool",
    ]);
    assert.deepEqual(said.map((it) => it["content_is_compressed"]), [0, 1, 1, 0, 1, 1]);
    assert(said.every((it) => (it["content"] === null) === (it["content_is_compressed"] === 1)));
    assert(said.every((it) => Number(it["content_bytes"]) > 60));
    const memory = plainRows(path, "select memory_json, memory_is_compressed as flag from memory_snapshots");
    assert.deepEqual(memory.map((it) => [it["memory_json"], it["flag"]]), Array(4).fill([null, 1]));
    const tools = plainRows(path, "select tool_name, call_id, return_value from tool_calls");
    assert.deepEqual(tools[0], { tool_name: "read_file", call_id: "c0", return_value: "row 0 No." });
    assert.deepEqual(tools[1], { tool_name: "read_file", call_id: "c1", return_value: null });
    assert.deepEqual(plainRows(path, "select result from tool_calls limit 1"), [{ result: "row 0 No." }]);
  });
});

Deno.test("our own views show everything, as the documents have it", async () => {
  await withStore(async (store, path, sqlite) => {
    const traceId = await write(store, sampleEvents({ rounds: 3, text: () => LONG }));
    const trace = await store.loadTrace(traceId);
    const document = traceShape(trace, await store.loadMessages(traceId));
    using readOnly = await openReadOnly(path);
    for (const connection of [sqlite, readOnly]) {
      const messages = rowsOf(connection, "select * from messages order by position");
      assert.deepEqual(
        messages.map((row) => ({
          messageId: row["message_id"],
          spanId: row["span_id"],
          role: row["role"],
          content: row["content"],
          toolCalls: row["tool_calls"] === null ? null : JSON.parse(String(row["tool_calls"])),
          finishReason: row["finish_reason"],
          tokenCount: row["token_count"],
          timestamp: row["timestamp"],
        })),
        document.messages.map(({ toolCallId: _, ...it }) => it),
      );
      const memory = rowsOf(connection, "select memory_json from memory_snapshots order by step");
      assert.deepEqual(
        memory.map((row) => JSON.parse(String(row["memory_json"]))),
        document.snapshots.map((it) => it.memory),
      );
      const spans = rowsOf(connection, "select * from spans");
      assert.deepEqual(
        spans.map((row) => [row["span_id"], row["parent_span_id"], row["start_time"], row["end_time"]]),
        document.spans.map((it) => [it.spanId, it.parentSpanId, it.startTime, it.endTime]),
      );
    }
    assert.equal(plainRows(path, "select * from spans where parent_span_id is null").length, 1);
  });
});

Deno.test("views give texts that every program can read, whatever was said", async () => {
  await withStore(async (store, path, sqlite) => {
    const parts: Part[] = [
      { type: "text", content: HOSTILE },
      { type: "tool_call", id: "c", name: "f", arguments: HOSTILE },
    ];
    const values = [HOSTILE, { [HOSTILE]: [HOSTILE, 1.5, true, null] }, true, false, null, 7];
    const said: Message[] = [
      { role: "assistant", parts },
      ...values.map((response): Message => ({
        role: "tool",
        parts: [{ type: "tool_call_response", id: "c", response }],
      })),
    ];
    const events = [...sampleEvents({ rounds: 0, prompt: HOSTILE })].map((event): DurableEvent =>
      event.type === "span_start" ? { ...event, span: { ...event.span, inputMessages: said } } : event
    );
    await write(store, events);
    const plainTexts = plainRows(path, "select content, tool_calls, parts from messages order by position");
    const wholeTexts = rowsOf(
      sqlite,
      "select content, tool_calls, parts from messages order by position",
    );
    assert.equal(wholeTexts[0]?.["content"], ESCAPED);
    assert.deepEqual(JSON.parse(String(wholeTexts[0]?.["tool_calls"])), [{
      id: "c",
      name: "f",
      arguments: HOSTILE,
    }]);
    assert.deepEqual(
      wholeTexts.slice(1).map((it) => it["content"]),
      values.map((value) => value === HOSTILE ? ESCAPED : JSON.stringify(value)),
    );
    assert.deepEqual(wholeTexts.map((it) => JSON.parse(String(it["parts"]))), said.map((it) => it.parts));
    for (const [index, row] of plainTexts.entries()) {
      if (row["content"] !== null) assert.deepEqual(row, wholeTexts[index]);
    }
    assert.equal(plainRows(path, "select initial_prompt from runs")[0]?.["initial_prompt"], ESCAPED);
    for (const view of viewsOf("whole")) {
      for (const [name, type] of view.columns.filter(([, type]) => type === "text")) {
        const sql = `select hex(${name}) as hex from ${view.name} where typeof(${name}) = '${type}'`;
        for (const { hex } of rowsOf(sqlite, sql)) {
          const text = Uint8Array.fromHex(String(hex));
          new TextDecoder("utf-8", { fatal: true }).decode(text);
          assert(!text.includes(0), `${view.name}.${name}`);
        }
      }
    }
  });
});

Deno.test("views of a fork say where it comes from", async () => {
  await withStore(async (store, path) => {
    const traceId = await write(store, sampleEvents({ rounds: 2 }));
    const original = await store.loadTrace(traceId);
    const fork = {
      ...original.run,
      traceId: "f".repeat(32),
      runId: "01a20000-0000-7000-8000-000000000000",
      forkedFrom: { runId: original.run.runId, step: 3 },
    };
    await store.forkRun(fork, { traceId, throughStep: 2, shiftUs: 0 });
    const sql = "select forked_from, forked_step from runs order by forked_step";
    assert.deepEqual(plainRows(path, sql), [
      { forked_from: null, forked_step: null },
      { forked_from: original.run.runId, forked_step: 3 },
    ]);
    const roles = plainRows(
      path,
      `select role from messages where run_id = '${fork.runId}' order by position`,
    );
    assert.deepEqual(roles.map((it) => it["role"]), ["system", "user", "assistant", "tool"]);
  });
});

Deno.test("views of experiments give results and scores with their variant and case, whatever these are called", async () => {
  await withStore(async (store, path, sqlite) => {
    const { experimentId } = await keepExperiment(store, fakeHost(), {
      suite: HOSTILE,
      variants: ["small", HOSTILE],
      cases: [HOSTILE, "two"],
      repeats: 2,
      scorers: ["exact"],
      result: (variant, caseId, repeat) =>
        variant === "small" && caseId === "two" && repeat === 2 ? undefined : {
          scores: variant === "small"
            ? [graded("exact", 1)]
            : [{ scorer: "exact", version: "1", error: HOSTILE }],
          usd: variant === "small" ? 0.5 : null,
        },
    });
    const [experiment] = plainRows(path, "select * from experiments");
    assert.deepEqual(
      ["experiment_id", "suite", "path", "status", "planned", "done", "passed", "errors"].map((it) =>
        experiment![it]
      ),
      [experimentId, ESCAPED, `evals/${ESCAPED}.yaml`, "completed", 8, 7, 3, 4],
    );
    assert.deepEqual([experiment!["total_cost"], experiment!["known_cost"]], [null, 1.5]);
    assert.deepEqual(
      plainRows(
        path,
        `select variant, case_id, count(*) as n, sum(passed) as passed, sum(is_error) as errors, sum(total_cost) as usd
           from experiment_results where experiment_id = '${experimentId}' group by 1, 2 order by 1 desc, 2 desc`,
      ),
      [
        { variant: "small", case_id: "two", n: 1, passed: 1, errors: 0, usd: 0.5 },
        { variant: "small", case_id: ESCAPED, n: 2, passed: 2, errors: 0, usd: 1 },
        { variant: ESCAPED, case_id: "two", n: 2, passed: 0, errors: 2, usd: null },
        { variant: ESCAPED, case_id: ESCAPED, n: 2, passed: 0, errors: 2, usd: null },
      ],
    );
    assert.deepEqual(
      plainRows(
        path,
        `select variant, case_id, repeat, metric_value as value, passed, error from evaluations
           where experiment_id = '${experimentId}' and repeat = 2 order by variant desc, case_id desc`,
      ),
      [
        { variant: "small", case_id: ESCAPED, repeat: 2, value: 1, passed: 1, error: null },
        { variant: ESCAPED, case_id: "two", repeat: 2, value: null, passed: null, error: ESCAPED },
        { variant: ESCAPED, case_id: ESCAPED, repeat: 2, value: null, passed: null, error: ESCAPED },
      ],
    );
    for (const view of VIEWS) {
      assert.deepEqual(
        plainRows(path, `select * from ${view}`).length,
        rowsOf(sqlite, `select * from ${view}`).length,
      );
    }
  });
});

Deno.test("views of stores that older releases wrote can be read by every program", async () => {
  const stores = new URL("../fixtures/stores/", import.meta.url);
  for (const { name } of Deno.readDirSync(stores)) {
    const folder = await Deno.makeTempDir();
    try {
      const path = join(folder, "a.db");
      await Deno.writeFile(path, gunzipSync(await Deno.readFile(new URL(name, stores))));
      await using database = await openDatabase(path);
      const { store, sqlite } = database;
      for (const view of VIEWS) {
        const rows = plainRows(path, `select * from ${view}`);
        assert.equal(rows.length, rowsOf(sqlite, `select * from ${view}`).length);
        assert(rows.length > 0 || MAY_BE_EMPTY.includes(view), `${name} ${view}`);
      }
      const { runs } = await store.listRuns({ limit: 100 });
      for (const { traceId, runId } of runs) {
        const rows = plainRows(path, `select role from messages where run_id = '${runId}' order by position`);
        const messages = await store.loadMessages(traceId);
        const calls = rowsOf(
          sqlite,
          `select tool_calls from messages where run_id = '${runId}' and tool_calls is not null`,
        );
        assert.deepEqual(rows.map((it) => it["role"]).sort(), messages.map((it) => it.message.role).sort());
        assert.equal(
          calls.length,
          messages.filter((it) => toolCallsOf(it.message).length > 0).length,
        );
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
});
