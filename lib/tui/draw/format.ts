import type { RunStatus, SpanKind } from "../../core/mod.ts";
import type { Tone } from "./theme.ts";

/** `1,204`. */
export function grouped(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** `980`, `12.4k`, `1.2M`: at most five columns. */
export function compact(value: number): string {
  const units: readonly (readonly [number, string])[] = [[1e9, "G"], [1e6, "M"], [1e3, "k"]];
  for (const [size, unit] of units) {
    const scaled = value / size;
    if (scaled >= 0.9995) return (scaled >= 99.95 ? Math.round(scaled).toString() : scaled.toFixed(1)) + unit;
  }
  return Math.round(value).toString();
}

/** `4ms`, `8.4s`, `3m12s`, `2h05m`, `3d04h`: at most six columns. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return "0ms";
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  const seconds = ms / 1000;
  if (seconds < 99.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`;
  return `${Math.floor(whole / 86_400)}d${two(Math.floor((whole % 86_400) / 3600))}h`;
}

/** `$0.0021`, `$3.41`; a `+` at the end says that some calls had no known price. */
export function money(usd: number, unknownCalls = 0): string {
  if (usd === 0 && unknownCalls > 0) return "unknown";
  const text = usd === 0
    ? "$0"
    : usd < 0.00005
    ? "<$0.0001"
    : usd < 1
    ? `$${usd.toFixed(4)}`
    : `$${usd < 1000 ? usd.toFixed(2) : grouped(usd)}`;
  return unknownCalls > 0 ? `${text}+` : text;
}

/** Like `money`, with six decimals below a cent: for sums that are compared. */
export function fineMoney(usd: number, unknownCalls = 0): string {
  if (usd <= 0 || usd >= 0.01) return money(usd, unknownCalls);
  return `${usd < 0.0000005 ? "<$0.000001" : `$${usd.toFixed(6)}`}${unknownCalls > 0 ? "+" : ""}`;
}

/** `now`, `12s`, `5m`, `3h`, `2d`, then the day. */
export function age(fromMs: number, nowMs: number): string {
  const seconds = Math.max(0, (nowMs - fromMs) / 1000);
  if (seconds < 1) return "now";
  if (seconds < 60) return `${Math.floor(seconds)}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  if (seconds < 30 * 86_400) return `${Math.floor(seconds / 86_400)}d`;
  const date = new Date(fromMs);
  return Number.isNaN(date.getTime()) ? "?" : date.toISOString().slice(2, 10);
}

const STATUS_WORDS: Readonly<Record<RunStatus, string>> = {
  queued: "queued",
  running: "live",
  waiting: "waiting",
  paused: "paused",
  completed: "done",
  failed: "failed",
  stopped: "stopped",
  cancelled: "cancelled",
  interrupted: "cut off",
};

/** One short word; what stopped a run says more than `stopped`. */
export function statusWord(status: RunStatus, errorType?: string): string {
  if (status === "stopped" && errorType !== undefined && /^[a-z_]{1,12}$/.test(errorType)) {
    return errorType.replace("max_steps", "steps");
  }
  return STATUS_WORDS[status];
}

const STATUS_TONES: Readonly<Record<RunStatus, Tone>> = {
  queued: "dim",
  running: "live",
  waiting: "waiting",
  paused: "warn",
  completed: "ok",
  failed: "error",
  stopped: "warn",
  cancelled: "dim",
  interrupted: "error",
};

export function statusTone(status: RunStatus): Tone {
  return STATUS_TONES[status];
}

export function kindTone(kind: SpanKind): Tone {
  if (kind === "agent" || kind === "llm" || kind === "tool" || kind === "attempt") return kind;
  return kind === "guardrail" ? "waiting" : "other";
}
