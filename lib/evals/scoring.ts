import type { AgentConfig, AgentRunner, BudgetLedger } from "../agent/mod.ts";
import {
  AgentOpError,
  canonicalJson,
  isGrade,
  messageOf,
  type ModelAnswer,
  type ModelQuestion,
  oneLine,
  type Run,
  RUN_TAG,
  type Score,
  type ScoreContext,
  type Scorer,
  sentenceOf,
  type Trace,
  type Vars,
} from "../core/mod.ts";
import type { ReplayServices } from "../replay/mod.ts";

/** What a score may take when its scorer says nothing else. */
const SCORE_MS_MAX = 60_000;
const EXPLANATION_MAX_CHARS = 2_000;
const QUESTION_SECONDS_MAX = 600;

/** What scoring needs of the world. */
export type ScoringServices = Pick<ReplayServices, "store" | "host" | "createRunner" | "environment">;

export interface ScoringOptions {
  readonly signal?: AbortSignal | undefined;
  /** A person has allowed commands of scorers to be run. @default false */
  readonly allowCommands?: boolean | undefined;
  /** Where those commands start. @default the folder of this process */
  readonly folder?: string | undefined;
  /** Money that questions to models share with other runs. */
  readonly ledger?: BudgetLedger | undefined;
  /** What runs that ask a model belong to. @default the group of the judged run */
  readonly group?: string | undefined;
  /** Told of each run that asked a model for a verdict, when it has ended: what it cost is on it. */
  readonly onJudgeRun?: ((run: Run) => void) | undefined;
}

/** What differs from one case to the next. */
export interface ScoredCase {
  readonly vars?: Vars | undefined;
  /** The same case elsewhere, for scorers that compare two. */
  readonly rival?: Trace | undefined;
  /** What models answered when the rival was judged: the same question has one answer, so that both verdicts agree. */
  readonly answers?: Map<string, Promise<ModelAnswer>> | undefined;
}

/** Lets scorers judge runs. One serves all runs of an evaluation. */
export interface Scoring {
  /**
   * A scorer that throws, takes too long or gives no number between 0 and 1 gives an error; only the abort of the signal is thrown.
   */
  score(scorer: Scorer, trace: Trace, scored?: ScoredCase): Promise<Score>;
}

/** Models are asked through the runner of agents: with its retries, prices and limits, a child run of the judged run each. */
export function createScoring(services: ScoringServices, options: ScoringOptions = {}): Scoring {
  let runner: Promise<AgentRunner> | undefined;
  const contextFor = (
    trace: Trace,
    { vars = {}, rival, answers }: ScoredCase,
    signal: AbortSignal,
  ): ScoreContext => ({
    signal,
    vars,
    ...(rival ? { rival } : {}),
    askModel: async (question) =>
      await askedOnce(
        answers,
        question,
        async () =>
          await ask(await (runner ??= services.createRunner()), trace.run, question, { ...options, signal }),
      ),
    async runCommand(run) {
      if (!options.allowCommands) {
        throw new AgentOpError("Cannot run the command: nobody has allowed it", {
          remedy: "agentop score RUN --scorer 'command=…'",
        });
      }
      const { runShell } = await import("../tools/mod.ts");
      return await runShell({ ...run, environment: services.environment ?? {}, cwd: options.folder, signal });
    },
    loadRun: async (reference) =>
      await services.store.loadTrace((await services.store.resolveRun(reference)).traceId),
  });
  return {
    score: async (scorer, trace, scored = {}) =>
      await withinLimits(
        (signal) => scorer.score(trace, contextFor(trace, scored, signal)),
        scorer.timeoutMs ?? SCORE_MS_MAX,
        options.signal,
      ),
  };
}

async function withinLimits(
  score: (signal: AbortSignal) => Promise<Score>,
  limitMs: number,
  outer: AbortSignal | undefined,
): Promise<Score> {
  outer?.throwIfAborted();
  const own = new AbortController();
  const ended = Promise.withResolvers<never>();
  const end = (reason: unknown) => {
    own.abort(reason);
    ended.reject(reason);
  };
  const onAbort = () => end(outer!.reason);
  outer?.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => end(new Error(`it took longer than ${limitMs / 1000} s`)), limitMs);
  try {
    return checked(await Promise.race([score(own.signal), ended.promise]));
  } catch (error) {
    outer?.throwIfAborted();
    return { error: oneLine(messageOf(error), EXPLANATION_MAX_CHARS) };
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", onAbort);
  }
}

/** The score, or why what was given is none. */
function checked(score: Score): Score {
  if (!isGrade(score)) return { error: oneLine(score.error, EXPLANATION_MAX_CHARS) || "no reason was given" };
  const { value, passed, explanation } = score;
  if (typeof value !== "number" || !(value >= 0 && value <= 1)) {
    return { error: `it gave ${value}, which is no number from 0 to 1` };
  }
  return { value, passed: passed === true, explanation: oneLine(explanation, EXPLANATION_MAX_CHARS) };
}

/** A question that failed is asked again. */
async function askedOnce(
  answers: ScoredCase["answers"],
  question: ModelQuestion,
  ask: () => Promise<ModelAnswer>,
): Promise<ModelAnswer> {
  const key = canonicalJson(question);
  const answer = answers?.get(key) ?? ask();
  answers?.set(key, answer);
  return await answer.catch((error) => {
    if (answers?.get(key) === answer) answers.delete(key);
    throw error;
  });
}

async function ask(
  runner: AgentRunner,
  judged: Run,
  question: ModelQuestion,
  { signal, ledger, group, onJudgeRun }: ScoringOptions & { readonly signal: AbortSignal },
): Promise<ModelAnswer> {
  const tags = { [RUN_TAG.judge]: question.name };
  const request = { prompt: question.prompt, tags, ...(group === undefined ? {} : { group }) };
  const queued = await runner.queue(judgeAgent(question), request, judged);
  const run = await runner.execute(queued, { signal, ...(ledger ? { ledger } : {}) });
  onJudgeRun?.(run);
  signal.throwIfAborted();
  if (run.status === "completed") return { text: run.output ?? "", runId: run.runId };
  const why = run.error ? sentenceOf(run.error) : `its run is ${run.status}`;
  throw new AgentOpError(`Cannot ask ${question.model}: ${why}`);
}

/** One question, no tools: nothing it reads can make it do anything. */
function judgeAgent(question: ModelQuestion): AgentConfig {
  const { name, model, instructions, responseSchema, temperature = 0, maxTokens } = question;
  return {
    name,
    model,
    instructions,
    parameters: { temperature, maxTokens, responseSchema },
    tools: [],
    memory: { window: 2, keyValue: false },
    limits: {
      maxSteps: 1,
      timeoutSeconds: QUESTION_SECONDS_MAX,
      toolTimeoutSeconds: 1,
      maxToolOutputBytes: 1024,
    },
    retry: {},
    approve: "never",
    baseDir: ".",
  };
}
