import type { Message, Snapshot, Span, Trace } from "../../core/mod.ts";
import { GAP, type Part, textPart, valueParts } from "./doc.ts";

const CHANGES_MAX = 500;
const DEPTH_MAX = 32;

/** One change between two JSON values; `path` as in RFC 6901. */
export interface Change {
  readonly op: "add" | "remove" | "replace";
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** What turns `before` into `after`, shallowest first per key; lists are compared item by item. Bounded. */
export function jsonChanges(before: unknown, after: unknown): readonly Change[] {
  const changes: Change[] = [];
  const visit = (from: unknown, to: unknown, path: string, depth: number) => {
    if (changes.length >= CHANGES_MAX || Object.is(from, to)) return;
    if (!isBranch(from) || !isBranch(to) || Array.isArray(from) !== Array.isArray(to) || depth > DEPTH_MAX) {
      if (JSON.stringify(from) !== JSON.stringify(to)) changes.push({ op: "replace", path, from, to });
      return;
    }
    for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
      if (changes.length >= CHANGES_MAX) return;
      const at = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      const had = Object.hasOwn(from, key);
      const has = Object.hasOwn(to, key);
      if (had && has) visit(from[key], to[key], at, depth + 1);
      else if (has) changes.push({ op: "add", path: at, to: to[key] });
      else changes.push({ op: "remove", path: at, from: from[key] });
    }
  };
  visit(before, after, "", 0);
  return changes;
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object";
}

/** Memory at the span's moment, against the step before. */
export function memoryParts(
  trace: Trace,
  span: Span,
  show: (messages: readonly Message[]) => readonly Part[],
): readonly Part[] {
  const snapshot = snapshotFor(trace, span);
  if (!snapshot) return [];
  const before = previousOf(trace, snapshot);
  return [
    textPart(
      before
        ? `memory after step ${snapshot.step}, against step ${before.step}`
        : `memory after step ${snapshot.step}`,
      "heading",
    ),
    GAP,
    ...keyParts(before?.keyValues ?? {}, snapshot.keyValues),
    GAP,
    ...messageParts(before?.messages ?? [], snapshot.messages, show),
  ];
}

function keyParts(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly Part[] {
  const changes = jsonChanges(before, after);
  const touched = new Set(changes.map((change) => change.path.split("/")[1]));
  const same = Object.entries(after).filter(([key]) =>
    !touched.has(key.replaceAll("~", "~0").replaceAll("/", "~1"))
  );
  if (changes.length === 0 && same.length === 0) return [textPart("no keys", "dim")];
  return [
    textPart(changes.length === 0 ? "keys: no change" : `keys: ${changes.length} changed`, "heading"),
    ...changes.flatMap((change): readonly Part[] => [
      ...(change.op === "add" ? [] : [textPart(`- ${change.path}  ${short(change.from)}`, "error")]),
      ...(change.op === "remove" ? [] : added(change)),
    ]),
    ...same.flatMap(([key, value]): readonly Part[] => [textPart(`  /${key}  ${short(value)}`, "dim")]),
  ];
}

function added({ path, to }: Change): readonly Part[] {
  return isBranch(to) && Object.keys(to).length > 0
    ? [textPart(`+ ${path}`, "ok"), ...valueParts(to, 4)]
    : [textPart(`+ ${path}  ${short(to)}`, "ok")];
}

const SHORT_MAX = 400;

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > SHORT_MAX ? `${text.slice(0, SHORT_MAX)}…` : text;
}

function messageParts(
  before: readonly Message[],
  after: readonly Message[],
  show: (messages: readonly Message[]) => readonly Part[],
): readonly Part[] {
  const equal = (a: Message | undefined, b: Message | undefined) => JSON.stringify(a) === JSON.stringify(b);
  let same = 0;
  while (same < before.length && same < after.length && equal(before[same], after[same])) same++;
  const fresh = after.slice(same);
  const gone = before.slice(same);
  const count = (amount: number, word: string) => `${amount} ${word}${amount === 1 ? "" : "s"}`;
  return [
    textPart(`${count(after.length, "message")}: ${same} unchanged, ${fresh.length} added`, "heading"),
    ...(gone.length > 0 ? [textPart(`- ${count(gone.length, "message")} gone`, "error")] : []),
    ...(fresh.length > 0 ? [textPart("+ added", "ok"), ...show(fresh)] : []),
  ];
}

/** The snapshot of the span itself, or else the last one taken before it ended. */
function snapshotFor(trace: Trace, span: Span): Snapshot | undefined {
  const own = trace.snapshots.find((snapshot) => snapshot.spanId === span.spanId);
  if (own) return own;
  const until = span.endTimeUs ?? Infinity;
  let last: Snapshot | undefined;
  for (const snapshot of trace.snapshots) {
    if (snapshot.createdAtUs <= until && (!last || snapshot.step >= last.step)) last = snapshot;
  }
  return last;
}

function previousOf(trace: Trace, snapshot: Snapshot): Snapshot | undefined {
  let best: Snapshot | undefined;
  for (const other of trace.snapshots) {
    if (other.step < snapshot.step && (!best || other.step > best.step)) best = other;
  }
  return best;
}
