import type { IncomingMessage } from "node:http";
import { isObject, tryParseJson } from "../core/mod.ts";
import { bodyError, gatewayError } from "./api_error.ts";
import { hexId } from "./hash.ts";
import { readBytes } from "./http_body.ts";

/** Of one file. Mistral's is 512 MB. */
const UPLOAD_MAX_BYTES = 64 * 1024 * 1024;
const PURPOSES = ["fine-tune", "batch", "ocr"];
const ROLES = ["system", "user", "assistant", "tool"];
const CALL_ID = /^[a-zA-Z0-9]{9}$/;

/** What is said of an upload, and what the owner of the simulator is told. */
export interface Upload {
  readonly body: Readonly<Record<string, unknown>>;
  readonly told: Readonly<Record<string, unknown>>;
}

/**
 * `POST /v1/files`: a form with `file` and `purpose`. Training data is read as Mistral's does: a `.jsonl` file whose every line is a
 * conversation that ends with an answer. Throws `ApiError`.
 */
export async function takeUpload(req: IncomingMessage, seed: number, nowMs: number): Promise<Upload> {
  const type = req.headers["content-type"] ?? "";
  const invalid = (loc: string, msg: string) =>
    bodyError([{ type: "value_error", loc: ["body", loc], msg, input: null }]);
  if (!/^multipart\/form-data;/i.test(type)) throw invalid("file", "Field required");
  const bytes = await readBytes(req, UPLOAD_MAX_BYTES);
  const form = await new Response(bytes, { headers: { "content-type": type } }).formData()
    .catch(() => {
      throw invalid("file", "There was an error parsing the body");
    });
  const [file, purpose] = [form.get("file"), form.get("purpose") ?? "fine-tune"];
  if (!(file instanceof File)) throw invalid("file", "Field required");
  if (typeof purpose !== "string" || !PURPOSES.includes(purpose)) {
    throw invalid("purpose", `Input should be ${PURPOSES.map((it) => `'${it}'`).join(", ")}`);
  }
  const text = await file.text();
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (purpose === "fine-tune") {
    if (!file.name.endsWith(".jsonl")) {
      throw gatewayError(422, "Invalid file format: only .jsonl is supported.");
    }
    if (lines.length === 0) throw gatewayError(422, "Invalid file format: the file is empty.");
    for (const [index, line] of lines.entries()) {
      const problem = lineProblem(tryParseJson(line));
      if (problem !== undefined) {
        throw gatewayError(422, `Invalid file format: line ${index + 1}: ${problem}`);
      }
    }
  }
  const facts = { filename: file.name, purpose, num_lines: lines.length };
  return {
    body: {
      id: uuidOf(hexId(`file ${file.name} ${text}`, seed)),
      object: "file",
      bytes: file.size,
      created_at: Math.floor(nowMs / 1000),
      ...facts,
      sample_type: purpose === "fine-tune" ? "instruct" : "batch_request",
      mimetype: "application/jsonl",
      source: "upload",
      signature: null,
      expires_at: null,
      visibility: "workspace",
    },
    told: { ...facts, bytes: file.size },
  };
}

function uuidOf(hex: string): string {
  const id = hex.padEnd(32, "0");
  return [id.slice(0, 8), id.slice(8, 12), `4${id.slice(13, 16)}`, `8${id.slice(17, 20)}`, id.slice(20, 32)]
    .join("-");
}

/** What is wrong with a line of training data. */
function lineProblem(line: unknown): string | undefined {
  if (!isObject(line)) return "it is no JSON object";
  const { messages } = line;
  if (!Array.isArray(messages) || messages.length === 0) return "missing key 'messages'";
  for (const message of messages) {
    if (!isObject(message) || !ROLES.includes(String(message.role))) return "a message without a known role";
    const calls = message.tool_calls;
    if (calls === undefined && typeof message.content !== "string") return "a message without content";
    if (message.weight !== undefined && message.weight !== 0 && message.weight !== 1) {
      return "Assistant message weight must be either 0 or 1";
    }
    const ids = Array.isArray(calls) ? calls.map((it) => isObject(it) ? it.id : undefined) : [];
    if (message.role === "tool") ids.push(message.tool_call_id);
    if (!ids.every((id) => typeof id === "string" && CALL_ID.test(id))) {
      return "a tool call id must be a-z, A-Z, 0-9, with a length of 9";
    }
  }
  const last: unknown = messages.at(-1);
  return isObject(last) && last.role === "assistant"
    ? undefined
    : "Expected last role Assistant for finetuning";
}
