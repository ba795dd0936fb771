import assert from "node:assert/strict";
import { join } from "node:path";
import { exportFinetune, uploadFinetune } from "../../../lib/app/finetune/mod.ts";
import { ProviderError, systemHost } from "../../../lib/core/mod.ts";
import { uploadTrainingFile } from "../../../lib/providers/mod.ts";
import { type SimulatedRequest, startSimulator } from "../../../lib/simulator/mod.ts";
import { EvalBench } from "../../support/eval_bench.ts";

const signal = new AbortController().signal;
const LINE = {
  messages: [{ role: "user", content: "2+2?" }, { role: "assistant", content: "4", weight: 1 }],
};

async function upload(name: string, text: string, apiKey = "right") {
  const seen: SimulatedRequest[] = [];
  const simulator = await startSimulator({ apiKey: "right", onRequest: (it) => seen.push(it) });
  try {
    const content = new TextEncoder().encode(text);
    const host = systemHost();
    return {
      seen,
      file: await uploadTrainingFile({ apiKey, serverUrl: simulator.url }, { name, content }, {
        host,
        signal,
      }),
    };
  } finally {
    await simulator.close();
  }
}

Deno.test("uploadTrainingFile() sends training data through the SDK", async () => {
  const text = `${JSON.stringify(LINE)}\n${JSON.stringify(LINE)}\n`;
  const { file, seen } = await upload("train.jsonl", text);
  assert.match(file.id, /^[0-9a-f-]{36}$/);
  assert.deepEqual([file.name, file.bytes, file.lines], ["train.jsonl", text.length, 2]);
  assert.deepEqual(seen.map((it) => [it.method, it.path, it.answeredBy]), [["POST", "/v1/files", "files"]]);
  assert.deepEqual(seen[0]!.body, {
    filename: "train.jsonl",
    purpose: "fine-tune",
    num_lines: 2,
    bytes: text.length,
  });
});

Deno.test("uploadTrainingFile() says what the server refuses", async () => {
  const cases: readonly [string, string, RegExp][] = [
    ["train.txt", JSON.stringify(LINE), /only \.jsonl/],
    ["train.jsonl", "", /empty/],
    ["train.jsonl", "{}", /line 1: missing key 'messages'/],
    ["train.jsonl", JSON.stringify({ messages: LINE.messages.slice(0, 1) }), /Expected last role Assistant/],
    ["train.jsonl", JSON.stringify(LINE).replace('"weight":1', '"weight":3'), /0 or 1/],
  ];
  for (const [name, text, expected] of cases) {
    await assert.rejects(upload(name, text), (error: unknown) => {
      assert(error instanceof ProviderError);
      assert.equal(error.statusCode, 422);
      assert.match(error.message, expected);
      return true;
    });
  }
  await assert.rejects(upload("train.jsonl", JSON.stringify(LINE), "wrong"), { statusCode: 401 });
});

Deno.test("the retired routes of hosted jobs answer 410", async () => {
  const simulator = await startSimulator();
  try {
    for (const path of ["/v1/fine_tuning/jobs", "/v1/fine_tuning/jobs/x/start"]) {
      const response = await fetch(simulator.url + path, { method: "POST" });
      assert.equal(response.status, 410);
      await response.body?.cancel();
    }
  } finally {
    await simulator.close();
  }
});

Deno.test("uploadFinetune() sends what was written, and no pairs", async () => {
  await using bench = await EvalBench.open();
  await bench.evaluate(`
agent: ./echo.yaml
cases: [{ id: a, prompt: "Say something of bread." }, { id: b, prompt: "What do bees do all day long?" }]
scorers: [completed]
`);
  const { app } = bench.context;
  const report = await exportFinetune(app, {
    minScores: {},
    labels: {},
    against: ["none"],
    validation: 0,
    out: join(bench.folder, "data"),
    signal,
  });
  const uploaded = await uploadFinetune(app, report, signal);
  assert.deepEqual(uploaded.map(({ name, lines }) => [name, lines]), [["train.jsonl", 2]]);
  await assert.rejects(uploadFinetune(app, { ...report, format: "dpo" }, signal), /Cannot upload pairs/);
});
