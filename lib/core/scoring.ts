import type { Trace } from "./event.ts";

/** A score that was given. */
export interface Grade {
  /** From 0 (as bad as can be) to 1. */
  readonly value: number;
  readonly passed: boolean;
  /** One line for people: what was found, and what was wanted. */
  readonly explanation: string;
}

/** That no score could be given, which is neither a pass nor a fail, and never a zero. */
export interface NoGrade {
  /** Why, in one line. */
  readonly error: string;
}

/** What a scorer says of a run. */
export type Score = Grade | NoGrade;

export function isGrade(score: Score): score is Grade {
  return !("error" in score);
}

/** A question to a model that judges. */
export interface ModelQuestion {
  /** Who asks, e.g. `judge`: what the run of the question is called. */
  readonly name: string;
  readonly model: string;
  readonly instructions: string;
  readonly prompt: string;
  /** JSON schema that the answer must follow. */
  readonly responseSchema: Readonly<Record<string, unknown>>;
  /** @default 0 */
  readonly temperature?: number;
  readonly maxTokens: number;
}

export interface ModelAnswer {
  readonly text: string;
  /** The run that asked: traced and priced like any other, and a child of the judged one. */
  readonly runId: string;
}

export interface CommandRun {
  /** As a shell reads it. */
  readonly command: string;
  /** What it reads from its standard input. */
  readonly input: string;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
}

export interface CommandOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a scorer may use besides the run. */
export interface ScoreContext {
  readonly signal: AbortSignal;
  /** The columns of the case, where there is one. */
  readonly vars: Readonly<Record<string, unknown>>;
  /** The other run of a pair: the same case elsewhere. */
  readonly rival?: Trace;
  /** Asks a model, through the provider that agents use. Throws when it gave no answer, and the signal's reason. */
  askModel(question: ModelQuestion): Promise<ModelAnswer>;
  /** Runs a program that may keep nothing of this one: not its environment, nor for longer. Throws where a person has not allowed it. */
  runCommand(run: CommandRun): Promise<CommandOutcome>;
  /** Another stored run, by what people call it. Throws `AgentOpError`. */
  loadRun(reference: string): Promise<Trace>;
}

/** Judges a finished run. What it throws is an error of that run's score; it must settle soon after `context.signal` is aborted. */
export interface Scorer {
  readonly name: string;
  /** Changes whenever equal runs could get another score. */
  readonly version: string;
  /** Longer than this is an error, ms. @default 60,000 */
  readonly timeoutMs?: number;
  score(trace: Trace, context: ScoreContext): Promise<Score>;
}
