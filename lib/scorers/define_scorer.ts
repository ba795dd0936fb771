import type { z } from "zod";
import { AgentOpError, type Score, type Scorer, type Trace } from "../core/mod.ts";
import { explainIssues } from "../schema/mod.ts";

/** A kind of scorer that a suite or a command line can name. */
export interface ScorerFactory {
  readonly name: string;
  readonly description: string;
  /** The setting that `NAME=VALUE` sets; absent when the scorer needs none. */
  readonly setting?: string;
  /** As one would write it on the command line. */
  readonly example: string;
  /** Throws `AgentOpError` that names the setting when `settings` do not fit. */
  create(settings: unknown): Scorer;
}

/** Makes a factory of a schema and a function. What the schema's check throws as `AgentOpError` reaches the user. */
export function defineScorer<S extends z.ZodObject>(spec: {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly setting?: keyof z.output<S> & string;
  readonly example: string;
  readonly settings: S;
  /** Called once: what is costly or can be wrong (a pattern, a schema) is prepared here. */
  prepare(settings: z.output<S>): (trace: Trace) => Score | Promise<Score>;
}): ScorerFactory {
  const { name, version, description, setting, example } = spec;
  return {
    name,
    description,
    ...(setting === undefined ? {} : { setting }),
    example,
    create(settings) {
      const value = settings ?? {};
      const parsed = spec.settings.safeParse(value);
      if (!parsed.success) {
        const reason = explainIssues(parsed.error, value, Object.keys(spec.settings.shape));
        throw new AgentOpError(`Cannot set up scorer "${name}": ${reason}`, { remedy: example });
      }
      const score = spec.prepare(parsed.data);
      return Object.freeze({ name, version, score: async (trace: Trace) => await score(trace) });
    },
  };
}

/** A score of all or nothing. */
export function passOrFail(passed: boolean, explanation: string): Score {
  return { value: passed ? 1 : 0, passed, explanation };
}
