import { ATTR, type Span, type Trace } from "../../core/mod.ts";
import { keptReview } from "../../evals/mod.ts";
import { answeredCalls, type Conversation, conversationOf, factsOf } from "./conversation.ts";
import { lastScores } from "./kept_runs.ts";
import { type DpoLine, type TrainingAnswer, type TrainingMessage, UnfitLine } from "./training_line.ts";

/** Which of two runs is better, and who says so. */
export interface Preference {
  readonly chosen: Trace;
  readonly rejected: Trace;
  /** `review`, or names of scorers. */
  readonly by: readonly string[];
}

/** A pair, with the model call that its preferred answer is of. */
export interface PreferredPair {
  readonly line: DpoLine;
  readonly chosen: Trace;
  readonly rejected: Trace;
  readonly span: Span;
  readonly conversation: Conversation;
  readonly why: readonly string[];
}

/**
 * A person's review of the two decides. Without one, the run whose scores are all as good as the other's, and one of them better; only
 * scores from 0 to 1 and verdicts count, since of other scales nobody knows which end is better. `undefined`: neither is.
 */
export function preferenceOf(a: Trace, b: Trace): Preference | undefined {
  const said = reviewOf(a, b) ?? flipped(reviewOf(b, a));
  if (said === 0.5) return undefined;
  if (said !== undefined) return said === 1 ? won(a, b, ["review"]) : won(b, a, ["review"]);
  const [one, other] = [gradesOf(a), gradesOf(b)];
  const better: string[] = [];
  const worse: string[] = [];
  for (const [name, grade] of one) {
    const against = other.get(name);
    if (against === undefined || against === grade) continue;
    (grade > against ? better : worse).push(name);
  }
  if ((better.length === 0) === (worse.length === 0)) return undefined;
  return worse.length === 0 ? won(a, b, better) : won(b, a, worse);
}

const won = (chosen: Trace, rejected: Trace, by: readonly string[]): Preference => ({ chosen, rejected, by });

/** What a person said last of `a` against `b`. */
function reviewOf(a: Trace, b: Trace): number | undefined {
  const reviews = a.evaluations.flatMap((it) => keptReview(it) ?? []);
  return reviews.findLast(({ otherRunId }) => otherRunId === b.run.runId)?.value;
}

function flipped(value: number | undefined): number | undefined {
  return value === undefined ? undefined : 1 - value;
}

function gradesOf(trace: Trace): ReadonlyMap<string, number> {
  const grades = new Map<string, number>();
  for (const [name, evaluation] of lastScores(trace)) {
    const { value, passed } = evaluation;
    if (keptReview(evaluation)) continue; // it was against another run
    if (value !== undefined && value >= 0 && value <= 1) grades.set(name, value);
    else if (passed !== undefined) grades.set(name, passed ? 1 : 0);
  }
  return grades;
}

/**
 * Two runs as a pair: the first model call in which both had the same context and answered differently. Throws `UnfitLine` where
 * their contexts differ before that, as with other instructions or other tool results: nothing could be learned of the answers.
 */
export function divergingPair({ chosen, rejected, by }: Preference): PreferredPair {
  const [good, bad] = [answeredCalls(chosen), answeredCalls(rejected)];
  const [goodFacts, badFacts] = [factsOf(chosen), factsOf(rejected)];
  for (const [index, span] of good.entries()) {
    const against = bad[index];
    if (!against) break;
    const conversation = conversationOf(span, goodFacts);
    const line = pairOf(conversation, conversationOf(against, badFacts));
    if (line) return { line, chosen, rejected, span, conversation, why: by.map((it) => `better by ${it}`) };
  }
  throw new UnfitLine("both runs answered the same");
}

/** `undefined`: the answers are the same. Throws `UnfitLine` for contexts that are not. */
function pairOf(good: Conversation, bad: Conversation): DpoLine | undefined {
  const [chosen, rejected] = [split(good), split(bad)];
  const context = (it: Conversation, { prompt }: ReturnType<typeof split>) =>
    JSON.stringify([prompt, it.tools]);
  if (context(good, chosen) !== context(bad, rejected)) {
    throw new UnfitLine("the contexts of both runs differ before their answers do");
  }
  if (JSON.stringify(chosen.answer) === JSON.stringify(rejected.answer)) return undefined;
  return {
    prompt: chosen.prompt,
    chosen: chosen.answer,
    rejected: rejected.answer,
    ...(good.tools.length === 0 ? {} : { tools: good.tools }),
  };
}

function split({ messages }: Conversation) {
  const plain = messages.map(withoutWeight);
  const last = plain.at(-1)!;
  if (last.role !== "assistant") throw new UnfitLine("the last message is not the model's");
  return { prompt: plain.slice(0, -1), answer: [last as TrainingAnswer] };
}

/** Weights say what of a conversation is learned: in a pair it is the two answers. */
function withoutWeight(message: TrainingMessage): TrainingMessage {
  if (message.role !== "assistant") return message;
  const { weight: _, ...rest } = message;
  return rest;
}

/** Calls whose arguments a person changed when approving: theirs are preferred to the model's. */
export function* correctedPairs(trace: Trace): Generator<PreferredPair> {
  const facts = factsOf(trace);
  if (facts.corrected.size === 0) return;
  for (const span of answeredCalls(trace)) {
    const own = (span.outputMessages ?? []).flatMap(({ parts }) =>
      parts.flatMap((part) => part.type === "tool_call" && facts.corrected.has(part.id) ? [part.id] : [])
    );
    if (own.length === 0) continue;
    const asWritten = new Map([...facts.corrected].filter(([id]) => !own.includes(id)));
    const conversation = conversationOf(span, facts);
    const line = pairOf(conversation, conversationOf(span, { ...facts, corrected: asWritten }));
    if (line) yield { line, chosen: trace, rejected: trace, span, conversation, why: ["edited approval"] };
  }
}

/** Answers of a model that a person rewrote when forking: the person's is preferred to what the original said at that step. */
export function* editedPairs(fork: Trace, original: Trace): Generator<PreferredPair> {
  const facts = factsOf(fork);
  const before = new Map(answeredCalls(original).map((span) => [span.step, span]));
  for (const span of answeredCalls(fork)) {
    const against = isEdited(span) && span.step !== undefined ? before.get(span.step) : undefined;
    if (!against) continue;
    const conversation = conversationOf(span, facts);
    const line = pairOf(conversation, conversationOf(against, factsOf(original)));
    if (line) yield { line, chosen: fork, rejected: original, span, conversation, why: ["edited answer"] };
  }
}

/** A person rewrote what the model said. */
export function isEdited(span: Span): boolean {
  return span.kind === "llm" && span.attributes[ATTR.edited] === true;
}
