import assert from "node:assert/strict";
import { isObject, Redactor } from "../../lib/core/mod.ts";
import { traceRow } from "../../lib/analysis/mod.ts";
import { AnswerReader, readProxied, readWireJson, requestHash } from "../../lib/app/proxied/mod.ts";
import { arm } from "../../lib/app/redaction/mod.ts";
import { runOfRow } from "../../lib/importers/mod.ts";
import {
  canonicalSpans,
  decodeLogs,
  decodeLogsJson,
  decodeTraces,
  decodeTracesJson,
  encodeTraces,
  encodeTracesJson,
  OtlpError,
  type ScopeLogs,
  type ScopeSpans,
  scopeSpansOf,
} from "../../lib/otlp/mod.ts";
import { createPriceBook } from "../../lib/pricing/mod.ts";
import { traceOf } from "../../tests/support/hostile_run.ts";
import { openDatabase } from "../../tests/support/open_database.ts";
import { sampleEvents } from "../../tests/support/sample_run.ts";
import type { FuzzTarget } from "./fuzz.ts";

const LOGS = {
  resourceLogs: [{
    scopeLogs: [{
      logRecords: [{
        timeUnixNano: "1790000000000000000",
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: "b7ad6b7169203331",
        eventName: "gen_ai.user.message",
        body: { kvlistValue: { values: [{ key: "content", value: { stringValue: "hi" } }] } },
      }],
    }],
  }],
};

/** Spans as other emitters name things; of each a value that is JSON in a string, as many of them send it. */
const FOREIGN = {
  resourceSpans: [{
    resource: { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] },
    scopeSpans: [{
      scope: { name: "openinference" },
      spans: [{
        traceId: "0af7651916cd43dd8448eb211c80319c",
        spanId: "b7ad6b7169203331",
        name: "chat",
        startTimeUnixNano: "1790000000000000000",
        endTimeUnixNano: "1790000001000000000",
        attributes: [
          { key: "openinference.span.kind", value: { stringValue: "LLM" } },
          { key: "llm.input_messages.0.message.role", value: { stringValue: "user" } },
          { key: "llm.input_messages.0.message.content", value: { stringValue: "hi" } },
          {
            key: "gen_ai.input.messages",
            value: { stringValue: '[{"role":"user","parts":[{"type":"text","content":"a"}]}]' },
          },
          {
            key: "ai.response.toolCalls",
            value: { stringValue: '[{"toolCallId":"a","toolName":"b","input":"{}"}]' },
          },
          { key: "langfuse.observation.usage_details", value: { stringValue: '{"input":3,"output":2}' } },
          { key: "gen_ai.usage.input_tokens", value: { intValue: "3" } },
          { key: "llm.cost.total", value: { doubleValue: 0.001 } },
        ],
      }],
    }],
  }],
};

const REQUESTS: readonly string[] = [
  '{"model":"m","messages":[{"role":"system","content":"a"},{"role":"user","content":[{"type":"text","text":"b"}]}],"tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"temperature":0}',
  '{"model":"m","messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"abcdefgh1","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"abcdefgh1","content":"1"}]}',
  '{"model":"m","prompt":"def f(","suffix":"return"}',
  '{"model":"m","input":["a","b"]}',
];

const ANSWERS: readonly string[] = [
  'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}\n\ndata: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"x","function":{"name":"f","arguments":"{"}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\ndata: [DONE]\n\n',
  '{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}',
];

/** A whole run, as `export jsonl traces` writes it. */
async function exportedRun(): Promise<string> {
  await using open = await openDatabase();
  await open.store.write([...sampleEvents({ rounds: 1 })]);
  const { traceId, runId } = await open.store.resolveRun("last");
  const { trace } = traceRow(runId, (await open.store.changesSince(traceId))!);
  assert.ok(runOfRow({ trace }), "the sample cannot be read");
  return trace;
}

/** Bytes as text, each a character, and back. */
const latin1 = {
  of: (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""),
  bytes: (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0) & 0xff),
};

/** What programs send here or leave in files: bodies of OTLP, calls through the proxy, exported runs. */
export async function wireTargets(): Promise<FuzzTarget[]> {
  const prices = createPriceBook();
  const own = scopeSpansOf(traceOf({ rounds: 1 }));
  const redactor = new Redactor([]);
  await arm(redactor, { redact: "email,phone=FR,iban,card" });
  const runs = (sent: readonly ScopeSpans[], logs: readonly ScopeLogs[]) =>
    canonicalSpans(sent, logs, { prices });
  return [
    {
      name: "OTLP in protobuf",
      samples: [
        latin1.of(encodeTraces(own)),
        latin1.of(encodeTraces(decodeTracesJson(JSON.stringify(FOREIGN)))),
      ],
      read(text) {
        const bytes = latin1.bytes(text);
        answered(() => runs(decodeTraces(bytes), []));
        answered(() => decodeLogs(bytes));
      },
    },
    {
      name: "OTLP in JSON",
      samples: [encodeTracesJson(own), JSON.stringify(FOREIGN), JSON.stringify(LOGS)],
      read(text) {
        answered(() => runs(decodeTracesJson(text), []));
        answered(() => runs(decodeTracesJson(JSON.stringify(FOREIGN)), decodeLogsJson(text)));
      },
    },
    {
      name: "proxied requests",
      samples: REQUESTS,
      read(text) {
        const body = readWireJson(text);
        for (const path of ["/v1/chat/completions", "/v1/ocr", "/v1/audio/speech", "/v1/conversations/a"]) {
          readProxied(body, path);
        }
        if (isObject(body)) requestHash("http://127.0.0.1/v1/chat/completions", body);
      },
    },
    {
      name: "proxied answers",
      samples: ANSWERS,
      read(text, random) {
        const bytes = new TextEncoder().encode(text);
        const reader = new AnswerReader(random() < 0.7);
        const cut = Math.floor(random() * bytes.length);
        reader.add(bytes.subarray(0, cut));
        reader.add(bytes.subarray(cut));
        reader.end();
      },
    },
    {
      name: "redaction",
      samples: [
        "Write to ada@example.org or call +49 30 901820, 01 42 68 53 00; DE89 3704 0044 0532 0130 00, 4111 1111 1111 1111.",
        "aws_secret_access_key = abc\npostgres://bob:pw@db/x\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
      ],
      read(text, random) {
        const safe = redactor.text(text);
        if (redactor.text(safe) !== safe) throw new Error("a second time finds more");
        const stream = redactor.stream();
        const cut = Math.floor(random() * text.length);
        stream.push(text.slice(0, cut));
        stream.push(text.slice(cut));
        stream.end();
      },
    },
    {
      name: "exported runs",
      samples: [await exportedRun()],
      read(text) {
        const trace = runOfRow({ trace: text });
        if (trace) encodeTraces(scopeSpansOf(trace));
      },
      maxChars: 60_000,
    },
  ];
}

function answered(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof OtlpError)) throw error;
  }
}
