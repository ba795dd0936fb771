import { AgentOpError, isGrade, reasonOf, type Run, type Scorer } from "../core/mod.ts";
import { parseScorer } from "../scorers/mod.ts";
import { scoreRun } from "./score.ts";
import { createScoring, type ScoringOptions, type ScoringServices } from "./scoring.ts";

const CHECK_MS_MAX = 60_000;

/** Whether a run is good, and why. */
export interface Verdict {
  /** It is. */
  readonly passed: boolean;
  /** Only from a scorer. */
  readonly score?: number;
  /** Why, in one line. */
  readonly explanation?: string;
}

/** Says whether a finished run is good. */
export interface Judge {
  judge(run: Run): Promise<Verdict>;
  /** The same, and keeps what a scorer says with the run. */
  judgeAndKeep(run: Run): Promise<Verdict>;
}

/** A judge by a command or by a scorer: one of the two must be given. Throws `AgentOpError`. */
export async function createJudge(
  services: ScoringServices,
  { check, scorer, signal, environment = {} }: {
    readonly check?: string | undefined;
    readonly scorer?: string | undefined;
    /** Variables that the command gets besides those of this process, or instead. */
    readonly environment?: Readonly<Record<string, string>> | undefined;
  } & Pick<ScoringOptions, "signal">,
): Promise<Judge> {
  if ((check === undefined) === (scorer === undefined)) {
    throw new AgentOpError(
      `Cannot bisect: ${check === undefined ? "nothing says" : "two things say"} what is good`,
      { remedy: "--check 'grep -q WORD', or --scorer includes=WORD" },
    );
  }
  if (check !== undefined) {
    const judge = async (run: Run) => ({ passed: await runCheck(check, run.output ?? "", environment) });
    return { judge, judgeAndKeep: judge };
  }
  // Whoever names a scorer here names its command as well, where it has one.
  return judgeByScorer(services, await parseScorer(scorer!), { signal, allowCommands: true });
}

function judgeByScorer(services: ScoringServices, scorer: Scorer, options: ScoringOptions): Judge {
  const refuse = (runId: string, error: string | undefined): never => {
    throw new AgentOpError(`Cannot judge ${runId} by ${scorer.name}: ${error ?? "it gave no score"}`, {
      remedy: "another scorer, or --check 'grep -q WORD'",
    });
  };
  return {
    async judge(run) {
      const trace = await services.store.loadTrace(run.traceId);
      const score = await createScoring(services, options).score(scorer, trace);
      if (!isGrade(score)) return refuse(run.runId, score.error);
      return { passed: score.passed, score: score.value, explanation: score.explanation };
    },
    async judgeAndKeep(run) {
      const kept = await scoreRun(services, run, scorer, { ...options, source: "bisect" });
      const { value, label, explanation } = kept;
      if (value === undefined) return refuse(run.runId, explanation);
      return { passed: label === "pass", score: value, explanation: explanation! };
    },
  };
}

/** Runs the command with the answer on stdin: exit code 0 passes. */
async function runCheck(
  command: string,
  answer: string,
  environment: Readonly<Record<string, string>>,
): Promise<boolean> {
  const [shell, flag] = Deno.build.os === "windows" ? ["cmd", "/c"] : ["sh", "-c"];
  const refuse = (reason: string): never => {
    throw new AgentOpError(`Cannot check an answer: ${reason}`, { remedy: "--check 'grep -q WORD'" });
  };
  const signal = AbortSignal.timeout(CHECK_MS_MAX);
  try {
    const child = new Deno.Command(shell!, {
      args: [flag!, command],
      env: { ...environment },
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      signal,
    }).spawn();
    const writer = child.stdin.getWriter();
    const sent = writer.write(new TextEncoder().encode(answer)).then(() => writer.close()).catch(() => {});
    const [{ code }] = await Promise.all([child.status, sent]);
    if (signal.aborted) refuse(`the command ran longer than ${CHECK_MS_MAX / 1000} s`);
    if (code === 126 || code === 127) refuse(`the command could not be run (exit code ${code})`);
    return code === 0;
  } catch (error) {
    if (error instanceof AgentOpError) throw error;
    return refuse(reasonOf(error));
  }
}
