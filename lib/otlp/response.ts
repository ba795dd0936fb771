import { WireReader } from "./wire_reader.ts";
import { WireWriter } from "./wire_writer.ts";

/** How a request is written; its answer is written the same way. */
export type OtlpEncoding = "protobuf" | "json";

export const CONTENT_TYPE = { protobuf: "application/x-protobuf", json: "application/json" } as const;

/** What was not taken, and why. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

const REJECTED = {
  traces: "rejectedSpans",
  logs: "rejectedLogRecords",
  metrics: "rejectedDataPoints",
} as const;

/** What kind of thing a request brings. */
export type Signal = keyof typeof REJECTED;

/** The body of an answer with status 200. A success without reserve is an empty message. */
export function successBody(encoding: OtlpEncoding, signal: Signal, partial?: PartialSuccess): Uint8Array {
  if (!partial) return encoding === "json" ? textBytes("{}") : new Uint8Array();
  const { rejected, message } = partial;
  if (encoding === "json") {
    const counted = rejected === 0 ? {} : { [REJECTED[signal]]: String(rejected) };
    return textBytes(JSON.stringify({ partialSuccess: { ...counted, errorMessage: message } }));
  }
  const to = new WireWriter();
  to.message(10, () => {
    to.uint32(8, rejected);
    to.string(18, message);
  });
  return to.result();
}

/** `google.rpc.Status`, as every answer with another status has it. `code` is gRPC's. */
export function statusBody(encoding: OtlpEncoding, code: number, message: string): Uint8Array {
  if (encoding === "json") return textBytes(JSON.stringify({ code, message }));
  const to = new WireWriter();
  to.uint32(8, code);
  to.string(18, message);
  return to.result();
}

const textBytes = (text: string) => new TextEncoder().encode(text);

/** What a collector did not take, from the body of an answer with status 200; `undefined` when it took all. */
export function partialSuccessIn(encoding: OtlpEncoding, body: Uint8Array): PartialSuccess | undefined {
  try {
    const found = encoding === "json" ? partialInJson(body) : partialInProtobuf(body);
    return found.rejected === 0 && found.message === "" ? undefined : found;
  } catch {
    return undefined; // its words are nobody's concern: it has said 200
  }
}

function partialInJson(body: Uint8Array): PartialSuccess {
  const { partialSuccess } = JSON.parse(new TextDecoder().decode(body)) as {
    partialSuccess?: { rejectedSpans?: unknown; errorMessage?: unknown };
  };
  const rejected = Number(partialSuccess?.rejectedSpans ?? 0);
  return {
    rejected: Number.isSafeInteger(rejected) ? rejected : 0,
    message: String(partialSuccess?.errorMessage ?? ""),
  };
}

function partialInProtobuf(body: Uint8Array): PartialSuccess {
  const reader = new WireReader(body);
  const found = { rejected: 0, message: "" };
  while (reader.at < reader.length) {
    const tag = reader.uint32();
    if (tag !== 10) {
      reader.skip(tag, reader.length);
      continue;
    }
    const end = reader.end(reader.length);
    while (reader.at < end) {
      const inner = reader.uint32();
      if (inner === 8) found.rejected = Number(reader.int64());
      else if (inner === 18) found.message = reader.string(end);
      else reader.skip(inner, end);
    }
  }
  return found;
}
