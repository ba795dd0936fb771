import type { Host } from "./ports.ts";

/** A random trace id: 32 hex digits, as OpenTelemetry wants it. */
export function newTraceId(host: Host): string {
  return host.newId();
}

/** A random span id: 16 hex digits. */
export function newSpanId(host: Host): string {
  return host.newId().slice(0, 16);
}

/** A UUIDv7 (RFC 9562 §5.7): sorts by time of creation, ms. */
export function newRunId(host: Host): string {
  const time = Math.floor(host.now()).toString(16).padStart(12, "0");
  const random = host.newId();
  const variant = (8 + (parseInt(random[3]!, 16) & 3)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${
    random.slice(7, 19)
  }`;
}

/** The short form shown in lists: the last eight digits, because UUIDv7 ids of one day begin alike. */
export function shortRunId(runId: string): string {
  return runId.slice(-8);
}

/** Microseconds since the epoch. */
export function nowUs(host: Pick<Host, "now">): number {
  return Math.round(host.now() * 1000);
}
