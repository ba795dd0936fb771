import { RUN_TAG } from "../core/mod.ts";
import { canonicalJson } from "../core/mod.ts";
import type { Run } from "../core/mod.ts";

/** Where a family of runs is read from; a store is one. */
export interface ForkSource {
  /** Throws when there is no such run. */
  resolveRun(reference: string): Promise<Run>;
  /** Runs that repeat one of these or began with its steps. */
  forksOf(runIds: readonly string[]): Promise<readonly Run[]>;
}

/** A run and its place in the family. */
export interface ForkMember {
  readonly run: Run;
  /** For each level above, whether its branch goes on below; as many as the run is deep. */
  readonly guides: readonly boolean[];
  readonly isLast: boolean;
  /** The run it came from, where that is a member too: `forkChanges` says what differs. */
  readonly parent?: Run;
}

/** Parents before their forks, forks in order of their start. */
export interface ForkTree {
  readonly members: readonly ForkMember[];
  /** The family is larger than this. */
  readonly isCut: boolean;
}

/** Runs read of one family. */
export const FAMILY_RUNS_MAX = 1_000;
/** Generations read above and below a run. */
const GENERATIONS_MAX = 200;
const VALUE_LENGTH_MAX = 40;
/** Longer texts are named, not quoted. */
const SHORT_LENGTH_MAX = 20;

/**
 * The families of `runs`: what each goes back to, and all that came of it, replays of forks and forks of replays too. One
 * question per generation. The given runs are always among the members, however large their family is.
 */
export async function loadForkTree(source: ForkSource, runs: readonly Run[]): Promise<ForkTree> {
  const known = new Map(runs.map((run) => [run.runId, run]));
  let isCut = false;
  for (const run of runs) isCut = !await climb(source, run, known) || isCut;
  const visited = new Set<string>();
  let level = rootsOf(known);
  for (let generation = 0; level.length > 0; generation++) {
    if (generation >= GENERATIONS_MAX) return forkTree([...known.values()], { isCut: true });
    for (const runId of level) visited.add(runId);
    const forks = await source.forksOf(level);
    for (const fork of forks) {
      if (known.has(fork.runId)) continue;
      if (known.size < FAMILY_RUNS_MAX) known.set(fork.runId, fork);
      else isCut = true;
    }
    level = forks.map((fork) => fork.runId).filter((id) => known.has(id) && !visited.has(id));
  }
  return forkTree([...known.values()], { isCut });
}

/** Adds what `run` came from, and that came from. `false` when there is more above. */
async function climb(source: ForkSource, run: Run, known: Map<string, Run>): Promise<boolean> {
  let at = run;
  for (let hops = 0; at.forkedFrom && !known.has(at.forkedFrom.runId); hops++) {
    if (hops >= GENERATIONS_MAX) return false;
    const parent = await source.resolveRun(at.forkedFrom.runId).catch(() => undefined);
    if (!parent) break; // it was deleted
    known.set(parent.runId, parent);
    at = parent;
  }
  return true;
}

function rootsOf(known: ReadonlyMap<string, Run>): readonly string[] {
  const roots = [...known.values()].filter(({ forkedFrom }) => !forkedFrom || !known.has(forkedFrom.runId));
  return (roots.length > 0 ? roots : [...known.values()].slice(0, 1)).map(({ runId }) => runId);
}

/** Lays runs out as trees. A run whose parent is not among them is a root; runs that name each other as parents are shown once. */
export function forkTree(runs: readonly Run[], { isCut = false }: { isCut?: boolean } = {}): ForkTree {
  const byId = new Map(runs.map((run) => [run.runId, run]));
  const forks = new Map<string, Run[]>();
  const roots: Run[] = [];
  for (const run of [...byId.values()].sort(byStart)) {
    const parent = run.forkedFrom?.runId;
    if (parent === undefined || parent === run.runId || !byId.has(parent)) roots.push(run);
    else if (forks.get(parent)?.push(run) === undefined) forks.set(parent, [run]);
  }
  const members: ForkMember[] = [];
  const seen = new Set<string>();
  const place = (root: Run): void => {
    const stack: ForkMember[] = [{ run: root, guides: [], isLast: true }];
    for (let next = stack.pop(); next; next = stack.pop()) {
      const { run, guides, isLast } = next;
      if (seen.has(run.runId)) continue;
      seen.add(run.runId);
      members.push(next);
      const children = forks.get(run.runId) ?? [];
      for (let at = children.length - 1; at >= 0; at--) {
        const last = at === children.length - 1;
        stack.push({ run: children[at]!, parent: run, guides: [...guides, !isLast], isLast: last });
      }
    }
  };
  roots.forEach(place);
  for (const run of byId.values()) if (!seen.has(run.runId)) place(run);
  return { members, isCut };
}

function byStart(a: Run, b: Run): number {
  return a.startTimeUs - b.startTimeUs || (a.runId < b.runId ? -1 : 1);
}

/** What a replay or fork changed: `model mistral-large-latest`, `another prompt`, `step 3 edited`. Not yet fit for a terminal. */
export function forkChanges(parent: Run, run: Run): readonly string[] {
  const { parameters: before, ...left } = parent.config;
  const { parameters: after, ...right } = run.config;
  const changes: string[] = [];
  if (parent.model !== run.model) changes.push(`model ${run.model}`);
  changes.push(...entryChanges(before, after));
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    // Where the agent's folder is says nothing about the run.
    if (key === "model" || key === "baseDir" || isSame(left[key], right[key])) continue;
    if (key === "tools") changes.push(...toolChanges(left[key], right[key]));
    else changes.push(isShort(right[key]) ? `${key} ${right[key]}` : `other ${key}`);
  }
  if (parent.prompt !== run.prompt) changes.push("another prompt");
  const edited = run.tags[RUN_TAG.edits];
  const from = run.forkedFrom?.step ?? 1;
  if (from > 1 && String(from) !== edited) changes.push(`from step ${from}`);
  if (edited !== undefined) changes.push(`step ${edited} edited`);
  return changes;
}

function isShort(value: unknown): boolean {
  if (typeof value === "string") return value.length <= SHORT_LENGTH_MAX && !value.includes("\n");
  return typeof value === "number" || typeof value === "boolean";
}

function isSame(left: unknown, right: unknown): boolean {
  return left === right || canonicalJson(left) === canonicalJson(right);
}

function entryChanges(before: unknown, after: unknown): readonly string[] {
  const [left, right] = [recordOf(before), recordOf(after)];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((key) => !isSame(left[key], right[key]))
    .map((key) => right[key] === undefined ? `no ${key}` : `${key} ${shortValue(right[key])}`);
}

function toolChanges(before: unknown, after: unknown): readonly string[] {
  const [left, right] = [toolNames(before), toolNames(after)];
  const changes = [
    ...left.filter((name) => !right.includes(name)).map((name) => `without ${name}`),
    ...right.filter((name) => !left.includes(name)).map((name) => `with ${name}`),
  ];
  return changes.length > 0 ? changes : ["other tools"];
}

function toolNames(tools: unknown): readonly string[] {
  if (!Array.isArray(tools)) return [];
  return tools.map((tool) => String(recordOf(tool)["name"] ?? tool));
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" ? value as Record<string, unknown> : {};
}

function shortValue(value: unknown): string {
  const text = typeof value === "string" ? value : canonicalJson(value);
  return text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX - 1)}…` : text;
}
