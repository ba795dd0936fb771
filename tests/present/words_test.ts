import assert from "node:assert/strict";
import {
  ago,
  attachmentText,
  BRANCHES,
  branchText,
  memoryChangeText,
  messageText,
  scoreText,
  spanStatus,
  tookText,
} from "../../lib/present/mod.ts";

Deno.test("branchText() draws the levels nearest to the row", () => {
  const deep = { guides: [true, true, false, true], isLast: true };
  assert.equal(branchText({ guides: [], isLast: true }, BRANCHES), "");
  assert.equal(branchText(deep, BRANCHES), "│     │  └─ ");
  assert.equal(branchText(deep, BRANCHES, 1), "…│  └─ ");
  assert.equal(branchText({ ...deep, isLast: false }, BRANCHES, 0), "…├─ ");
});

Deno.test("messageText() is a message in a row: text, calls, results and what is no text", () => {
  assert.equal(
    messageText({
      role: "assistant",
      parts: [
        { type: "tool_call", id: "1", name: "read_file", arguments: { path: "a" } },
        { type: "text", content: "Look:" },
        { type: "tool_call_response", id: "1", response: { rows: 3 } },
        { type: "blob", mimeType: "image/png", data: "x".repeat(1204) },
        { type: "reasoning", content: "hm" },
      ],
    }),
    'Look: → read_file({"path":"a"}) {"rows":3} [image/png, 1,204 characters of base64]',
  );
  assert.equal(attachmentText({ type: "uri", uri: "https://example.org/a" }), "[https://example.org/a]");
  assert.equal(attachmentText({ type: "file", mimeType: "text/csv", fileId: "f1" }), "[text/csv, file f1]");
});

Deno.test("scores, times and changes of memory say what is not known, or that there is nothing", () => {
  assert.deepEqual([scoreText({ value: 0.91666, label: "good" }), scoreText({ value: 1 }), scoreText({})], [
    "0.9167 good",
    "1",
    "",
  ]);
  assert.deepEqual([tookText(undefined), tookText(8_412)], ["–", "8.4s"]);
  assert.deepEqual([ago(5_000, 5_000), ago(0, 300_000), ago(NaN, 0)], ["now", "5m ago", "?"]);
  assert.equal(
    memoryChangeText({ added: 1, removed: 2, changed: 0, keys: 1 }),
    "1 message added, 2 messages removed, 1 key changed",
  );
  assert.equal(memoryChangeText({ added: 0, removed: 0, changed: 0, keys: 0 }), "nothing new");
});

Deno.test("spanStatus() is the status of a run that a span looks like", () => {
  const open = { status: "unset", kind: "llm" } as const;
  assert.deepEqual(
    [
      open,
      { ...open, kind: "guardrail" as const },
      { ...open, endTimeUs: 1 },
      { ...open, status: "error" as const },
      { ...open, status: "interrupted" as const },
    ].map(spanStatus),
    ["running", "waiting", "completed", "failed", "interrupted"],
  );
});
