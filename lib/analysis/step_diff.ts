import { align, type Pair } from "./align.ts";
import { canonicalJson } from "../core/mod.ts";
import { applyJsonChanges, type JsonChange, jsonChanges } from "./json_diff.ts";
import type { Message } from "../core/mod.ts";

/** What a step says once everything that differs by chance (ids, times) is left out. */
export interface StepDocument {
  /** `llm` or `tool`. */
  readonly kind: string;
  /** Name of the model's agent or of the tool. */
  readonly name: string;
  readonly [key: string]: unknown;
}

/** One step, ready to be compared. */
export interface ComparedStep {
  /** Number of the step, from 1. */
  readonly step: number;
  /** The span it stands for. */
  readonly spanId: string;
  /** What it says. */
  readonly document: StepDocument;
}

/** Two steps that belong together, or one that has no partner. */
export interface StepDiff {
  /** Number of the step on each side, from 1; `null` where there is none. */
  readonly left: number | null;
  /** Number of the right side's step; `null` where there is none. */
  readonly right: number | null;
  /** What became of it. */
  readonly op: "same" | "changed" | "added" | "removed";
  /** `llm` or `tool`. */
  readonly kind: string;
  /** Name of the step. */
  readonly name: string;
  /** From the left step's document to the right one's. */
  readonly changes: readonly JsonChange[];
}

/**
 * Steps of the same kind, name and arguments belong together (longest common subsequence; where there are several, the one that
 * pairs steps which say the same); between them, those of the same kind and name do. Everything else was removed or added.
 */
export function diffSteps(
  left: readonly ComparedStep[],
  right: readonly ComparedStep[],
): readonly StepDiff[] {
  const exact = (it: ComparedStep) =>
    canonicalJson([it.document.kind, it.document.name, it.document["arguments"]]);
  const loose = (it: ComparedStep) => canonicalJson([it.document.kind, it.document.name]);
  const [keysLeft, keysRight] = [left.map(exact), right.map(exact)];
  const anchors = settle(align(keysLeft, keysRight), { left, right, keysLeft, keysRight });
  const diffs: StepDiff[] = [];
  let [i, j] = [0, 0];
  const emit = (pairs: readonly Pair[], endLeft: number, endRight: number) => {
    for (const [pairLeft, pairRight] of [...pairs, [endLeft, endRight] as const]) {
      while (i < pairLeft) diffs.push(lone(left[i++]!, "removed"));
      while (j < pairRight) diffs.push(lone(right[j++]!, "added"));
      if (i < endLeft && j < endRight) diffs.push(paired(left[i++]!, right[j++]!));
    }
  };
  for (const [nextLeft, nextRight] of [...anchors, [left.length, right.length] as const]) {
    const [fromLeft, fromRight] = [i, j];
    const gap = align(
      left.slice(fromLeft, nextLeft).map(loose),
      right.slice(fromRight, nextRight).map(loose),
    ).map(([x, y]): Pair => [x + fromLeft, y + fromRight]);
    emit(gap, nextLeft, nextRight);
    if (i < left.length && j < right.length) diffs.push(paired(left[i++]!, right[j++]!));
  }
  return diffs;
}

interface Sides {
  readonly left: readonly ComparedStep[];
  readonly right: readonly ComparedStep[];
  readonly keysLeft: readonly string[];
  readonly keysRight: readonly string[];
}

const LIKENESS_MAX = 3;

/** Moves a pair to a neighbour without a partner that has the same key and says more of the same. */
function settle(anchors: readonly Pair[], { left, right, keysLeft, keysRight }: Sides): readonly Pair[] {
  const pairs = [...anchors];
  for (const [n, [i, j]] of anchors.entries()) {
    const [beforeLeft, beforeRight] = pairs[n - 1] ?? [-1, -1];
    const [afterLeft, afterRight] = pairs[n + 1] ?? [left.length, right.length];
    if (afterLeft - beforeLeft === 2 && afterRight - beforeRight === 2) continue;
    let best = likeness(left[i]!, right[j]!);
    for (let y = beforeRight + 1; y < afterRight && best < LIKENESS_MAX; y++) {
      if (keysRight[y] !== keysLeft[i] || likeness(left[i]!, right[y]!) <= best) continue;
      [pairs[n], best] = [[i, y], likeness(left[i]!, right[y]!)];
    }
    for (let x = beforeLeft + 1; x < afterLeft && best < LIKENESS_MAX; x++) {
      if (keysLeft[x] !== keysRight[j] || likeness(left[x]!, right[j]!) <= best) continue;
      [pairs[n], best] = [[x, j], likeness(left[x]!, right[j]!)];
    }
  }
  return pairs;
}

/** 3: they say the same; 2: the same but for the model; 1: they ask for the same tool calls; 0: neither. */
function likeness(left: ComparedStep, right: ComparedStep): number {
  const [a, b] = [likenessKeys(left), likenessKeys(right)];
  if (a.whole === b.whole) return LIKENESS_MAX;
  if (a.output === b.output) return 2;
  return a.calls !== "[]" && a.calls === b.calls ? 1 : 0;
}

interface LikenessKeys {
  readonly whole: string;
  readonly output: string;
  readonly calls: string;
}

const keysOfSteps = new WeakMap<ComparedStep, LikenessKeys>();

function likenessKeys(it: ComparedStep): LikenessKeys {
  let keys = keysOfSteps.get(it);
  if (!keys) {
    const output = it.document["output"];
    const parts = Array.isArray(output)
      ? output.flatMap((message) => (message as Partial<Message> | null)?.parts ?? [])
      : [];
    keys = {
      whole: canonicalJson(it.document),
      output: canonicalJson(output ?? null),
      calls: canonicalJson(parts.filter((part) => part.type === "tool_call")),
    };
    keysOfSteps.set(it, keys);
  }
  return keys;
}

/** The documents of the right run, from those of the left one and the difference. */
export function applyStepDiffs(
  left: readonly StepDocument[],
  diffs: readonly StepDiff[],
): readonly StepDocument[] {
  const right: StepDocument[] = [];
  let at = 0;
  for (const diff of diffs) {
    const before = diff.op === "added" ? undefined : left[at++];
    if (diff.op === "removed") continue;
    right.push(applyJsonChanges(before ?? null, diff.changes) as StepDocument);
  }
  return right;
}

function lone(it: ComparedStep, op: "added" | "removed"): StepDiff {
  const { kind, name } = it.document;
  return op === "added"
    ? { left: null, right: it.step, op, kind, name, changes: [{ path: "", op: "add", right: it.document }] }
    : {
      left: it.step,
      right: null,
      op,
      kind,
      name,
      changes: [{ path: "", op: "remove", left: it.document }],
    };
}

function paired(left: ComparedStep, right: ComparedStep): StepDiff {
  const changes = jsonChanges(left.document, right.document);
  const { kind, name } = right.document;
  return {
    left: left.step,
    right: right.step,
    op: changes.length === 0 ? "same" : "changed",
    kind,
    name,
    changes,
  };
}
