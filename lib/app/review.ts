import {
  type ComparedVariant,
  type HandVerdict,
  loadExperiments,
  type Preference,
  type ReviewedPair,
  type ReviewSummary,
} from "../analysis/mod.ts";
import { AgentOpError, type CaseResult, type JudgedRun, shortRunId, type Store } from "../core/mod.ts";
import type { App } from "./app.ts";
import { comparedSides } from "./compare_experiments.ts";

const PAGE = 1000;

/** What a person sees of a run: nothing that says of which variant it is. */
export interface BlindAnswer {
  /** `null`: it gave none. */
  readonly text: string | null;
}

/** Two answers to one question. */
export interface BlindPair {
  readonly caseId: string;
  readonly prompt: string;
  readonly a: BlindAnswer;
  readonly b: BlindAnswer;
  /** From 1, of those still to be reviewed. */
  readonly place: number;
  readonly of: number;
}

/** What the person says; a skipped pair comes again next time. */
export type BlindVerdict =
  | { readonly says: "a" | "b" | "tie"; readonly comment?: string }
  | { readonly says: "skip" | "quit"; readonly comment?: never };

export interface ReviewOptions {
  /** Draws the order in each pair. @default that of the reviews there are, else by chance */
  readonly seed?: number | undefined;
  /** At most so many pairs now. */
  readonly limit?: number | undefined;
  readonly ask: (pair: BlindPair) => Promise<BlindVerdict>;
}

/** What came of a review so far. */
export interface ReviewReport {
  readonly left: Pick<ComparedVariant, "experimentId" | "variant">;
  readonly right: Pick<ComparedVariant, "experimentId" | "variant">;
  readonly seed: number;
  readonly summary: ReviewSummary;
  /** Pairs that nobody has reviewed yet. */
  readonly remaining: number;
  /** Cases that cannot be held side by side: asked differently, or the same run on both sides. */
  readonly leftOut: number;
}

interface CasePair {
  readonly caseId: string;
  readonly left: CaseResult;
  readonly right: CaseResult;
}

/**
 * Shows a person the answers of two variants (one try of each case) without saying whose they are, and keeps what is said with both
 * runs at once. Pairs that were reviewed before are not shown again. Throws `AgentOpError`.
 */
export async function reviewExperiments(
  app: App,
  before: string,
  after: string | undefined,
  { seed: given, limit, ask }: ReviewOptions,
): Promise<ReviewReport> {
  const [[left, right], store, { drawnOrder, reviewScores, SEED_MAX }, { summarizeReview }] = await Promise
    .all([
      comparedSides(app, before, after, "review"),
      app.store(),
      import("../evals/mod.ts"),
      loadExperiments(),
    ]);
  const pairs = pairsOf(left, right);
  if (pairs.length === 0) {
    const [one, other] = [left, right].map((it) => `${shortRunId(it.experimentId)}/${it.variant}`);
    throw new AgentOpError(`Cannot review ${one} and ${other}: they have no case in common`, {
      remedy: `agentop experiments --suite ${left.suite}`,
    });
  }
  const kept = await keptReviews(store);
  const done: ReviewedPair[] = [];
  const open: CasePair[] = [];
  for (const pair of pairs) {
    const found = kept.get(key(pair.left.runId, pair.right.runId));
    if (found) done.push({ ...pair, preference: found.preference });
    else open.push(pair);
  }
  const earlier = pairs.flatMap((it) => kept.get(key(it.left.runId, it.right.runId)) ?? [])[0];
  const seed = given ?? earlier?.seed ?? Math.floor(app.host.random() * SEED_MAX);
  const comparable = await comparablePairs(store, open);
  for (const [index, pair] of comparable.slice(0, limit).entries()) {
    const first = drawnOrder(seed, pair.caseId);
    const verdict = await ask(await blindPair(store, pair, first, [index + 1, comparable.length]));
    if (verdict.says === "quit") break;
    if (verdict.says === "skip") continue;
    const second = first === "left" ? "right" : "left";
    const preference: Preference = verdict.says === "tie" ? "tie" : verdict.says === "a" ? first : second;
    const [leftRun, rightRun] = await runsOf(store, pair);
    const { comment } = verdict;
    const evaluations = reviewScores(app.host, {
      left: leftRun,
      right: rightRun,
      preference,
      first,
      seed,
      ...(comment === undefined ? {} : { comment }),
    });
    await store.write(evaluations.map((evaluation) => ({ type: "evaluation", evaluation })));
    done.push({ ...pair, preference });
  }
  const named = ({ experimentId, variant }: ComparedVariant) => ({ experimentId, variant });
  const reviewed = new Set(done.map((it) => it.caseId));
  return {
    left: named(left),
    right: named(right),
    seed,
    summary: summarizeReview(done),
    remaining: comparable.filter((it) => !reviewed.has(it.caseId)).length,
    leftOut: open.length - comparable.length,
  };
}

/** The first repeat that both sides have, of each case in the order of the suite. */
function pairsOf(left: ComparedVariant, right: ComparedVariant): readonly CasePair[] {
  const [before, after] = [left, right].map(({ results }) => Map.groupBy(results, (it) => it.caseId));
  return left.cases.flatMap(({ caseId }): readonly CasePair[] => {
    for (const one of before!.get(caseId) ?? []) {
      const other = after!.get(caseId)?.find((it) => it.repeat === one.repeat);
      if (other) return [{ caseId, left: one, right: other }];
    }
    return [];
  });
}

async function comparablePairs(store: Store, pairs: readonly CasePair[]): Promise<readonly CasePair[]> {
  const found: CasePair[] = [];
  for (const pair of pairs) {
    if (pair.left.runId === pair.right.runId) continue;
    const [left, right] = await runsOf(store, pair);
    if (left.prompt === right.prompt) found.push(pair);
  }
  return found;
}

async function runsOf(store: Store, { left, right }: CasePair) {
  return [await store.resolveRun(left.runId), await store.resolveRun(right.runId)] as const;
}

async function blindPair(
  store: Store,
  pair: CasePair,
  first: "left" | "right",
  [place, of]: readonly [number, number],
): Promise<BlindPair> {
  const [left, right] = await runsOf(store, pair);
  const [a, b] = (first === "left" ? [left, right] : [right, left]).map(({ output }) => ({
    text: output === undefined || output === "" ? null : output,
  }));
  return { caseId: pair.caseId, prompt: left.prompt, a: a!, b: b!, place, of };
}

function key(left: string, right: string): string {
  return `${left} ${right}`;
}

interface KeptPreference {
  readonly preference: Preference;
  readonly seed: number;
}

/** What people said last of two runs, by both ids in either order. */
async function keptReviews(store: Store): Promise<ReadonlyMap<string, KeptPreference>> {
  const { keptReview, REVIEW_NAME } = await import("../evals/mod.ts");
  const preferences = new Map<string, KeptPreference>();
  for await (const { run, evaluation } of handScores(store, REVIEW_NAME)) {
    const found = keptReview(evaluation);
    if (!found || preferences.has(key(run.runId, found.otherRunId))) continue;
    const preference = found.value === 0.5 ? "tie" : found.value === 1 ? "left" : "right";
    preferences.set(key(run.runId, found.otherRunId), { preference, seed: found.seed });
  }
  return preferences;
}

/** Newest first. */
async function* handScores(store: Store, name?: string): AsyncGenerator<JudgedRun> {
  let cursor: string | undefined;
  do {
    const page = await store.listEvaluations({
      source: "human",
      limit: PAGE,
      ...(name === undefined ? {} : { name }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    yield* page.evaluations;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

/** What people last said of these runs under each name, reviews aside: `pass` or `fail`, or a value from 0 to 1, which passes from 0.5. */
export async function handVerdicts(
  store: Store,
  runIds: ReadonlySet<string>,
): Promise<readonly HandVerdict[]> {
  const { REVIEW_NAME } = await import("../evals/mod.ts");
  const found = new Map<string, HandVerdict>();
  for await (const { run: { runId }, evaluation: { name, value, passed, spanId } } of handScores(store)) {
    if (!runIds.has(runId) || spanId !== undefined || name === REVIEW_NAME) continue;
    const isShare = value !== undefined && value >= 0 && value <= 1;
    const verdict = passed ?? (isShare ? value >= 0.5 : undefined);
    const at = JSON.stringify([runId, name]);
    if (verdict !== undefined && !found.has(at)) found.set(at, { runId, name, passed: verdict });
  }
  return [...found.values()];
}
