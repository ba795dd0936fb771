import {
  CONTENT_TYPE,
  decodeLogs,
  decodeLogsJson,
  decodeTraces,
  decodeTracesJson,
  type OtlpEncoding,
  OtlpError,
  type PartialSuccess,
  type Signal,
  statusBody,
  successBody,
} from "../../otlp/mod.ts";
import { IngestBusyError } from "../../app/mod.ts";
import { HttpProblem } from "../problem.ts";
import { unpacked } from "../read_body.ts";
import { type Route, route } from "../route.ts";
import type { ServerServices } from "../services.ts";

/** Of a body as it comes, and again of what it unpacks to: what the OpenTelemetry collector takes. */
const BODY_MAX_BYTES = 20 * 1024 * 1024;
const TYPES = [CONTENT_TYPE.protobuf, "application/protobuf", CONTENT_TYPE.json] as const;

/** Numbers of `google.rpc.Code` by HTTP status. */
const RPC_CODES: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  413: 8,
  415: 3,
  422: 3,
  429: 8,
  500: 13,
  503: 14,
};
const RPC_UNKNOWN = 2;

function encodingOf(headers: Headers): OtlpEncoding {
  const type = (headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  return type === CONTENT_TYPE.json ? "json" : "protobuf";
}

/** Takes in a body that was unpacked; `came`: what from. */
type Take = (
  body: Uint8Array,
  encoding: OtlpEncoding,
  services: ServerServices,
  came: Uint8Array,
) => Promise<PartialSuccess | undefined>;

const takeTraces: Take = async (body, encoding, { app, incoming }, came) => {
  const sent = read(() => encoding === "json" ? decodeTracesJson(textOf(body)) : decodeTraces(body));
  const isPacked = encoding === "protobuf" && came !== body;
  const ingest = await app.ingest();
  const partial = await ingest.spans(sent, isPacked ? { protobuf: body, gzip: came } : undefined);
  const leftOut = partial?.rejected ?? 0;
  const service = sent.at(-1)?.resource.attributes.find(({ key }) => key === "service.name")?.value;
  incoming.took(
    sent.reduce((sum, { spans }) => sum + spans.length, -leftOut),
    typeof service === "string" ? service : undefined,
  );
  if (leftOut > 0) incoming.refused(leftOut);
  return partial;
};

const takeLogs: Take = async (body, encoding, { app }) => {
  const sent = read(() => encoding === "json" ? decodeLogsJson(textOf(body)) : decodeLogs(body));
  return await (await app.ingest()).logs(sent);
};

/** They are accepted, so that exporters do not try again, and not kept: runs have their own figures. */
const dropMetrics: Take = () => Promise.resolve(undefined);

function read<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (!(cause instanceof OtlpError)) throw cause;
    throw new HttpProblem(400, `Body cannot be read as OTLP: ${cause.message}`, { cause });
  }
}

function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (cause) {
    throw new HttpProblem(400, "Body is not UTF-8", { cause });
  }
}

function otlpRoute(
  path: string,
  signal: Signal,
  summary: string,
  take: Take,
  more: Pick<Route, "takesBasic"> = {},
): Route {
  return route({
    ...more,
    method: "POST",
    path,
    role: "write",
    pace: "ingest",
    summary,
    body: { kind: "bytes", maxBytes: BODY_MAX_BYTES, types: TYPES },
    answer: {
      type: CONTENT_TYPE.protobuf,
      description: "All is on the disk, or is said to be left out; in the encoding of the request",
    },
    failures: { 413: "More than 20 MiB, as it came or unpacked", 503: "The store is behind: send it again" },
    failed: (status, detail, { headers }) => {
      const encoding = encodingOf(headers);
      return new Response(statusBody(encoding, RPC_CODES[status] ?? RPC_UNKNOWN, detail) as BodyInit, {
        status,
        headers: { "content-type": CONTENT_TYPE[encoding] },
      });
    },
    async handle({ body, headers }, services) {
      const encoding = encodingOf(headers);
      try {
        const came = body as Uint8Array;
        const partial = await take(unpacked(came, headers, BODY_MAX_BYTES), encoding, services, came);
        return new Response(successBody(encoding, signal, partial) as BodyInit, {
          headers: { "content-type": CONTENT_TYPE[encoding] },
        });
      } catch (cause) {
        if (!(cause instanceof IngestBusyError)) throw cause;
        throw new HttpProblem(503, cause.reason, { headers: { "retry-after": "1" }, cause });
      }
    },
  });
}

export const traces = otlpRoute("/v1/traces", "traces", "Spans of other programs, as OTLP", takeTraces);
export const logs = otlpRoute("/v1/logs", "logs", "Log records that belong to spans, as OTLP", takeLogs);
export const metrics = otlpRoute("/v1/metrics", "metrics", "Accepted and not kept", dropMetrics);
/** Where Langfuse's libraries send to when this server is their base URL; `LANGFUSE_SECRET_KEY` is a key of this server. */
export const langfuseTraces = otlpRoute(
  "/api/public/otel/v1/traces",
  "traces",
  "The same as /v1/traces, for Langfuse's libraries",
  takeTraces,
  { takesBasic: true },
);
