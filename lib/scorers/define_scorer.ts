import type { z } from "zod";
import {
  AgentOpError,
  type Grade,
  type Score,
  type ScoreContext,
  type Scorer,
  type Trace,
} from "../core/mod.ts";
import { explainIssues } from "../schema/mod.ts";

/** A kind of scorer that a suite or a command line can name. */
export interface ScorerFactory {
  readonly name: string;
  readonly description: string;
  /** The setting that `NAME=VALUE` sets; absent when the scorer needs none. */
  readonly setting?: string;
  /** Its main setting is a list: `NAME=[value, …]`. */
  readonly takesList?: boolean;
  /** The setting that is run as a command: what a person wrote, and nothing that comes from data. */
  readonly runs?: string;
  /** It compares with another run: the one of this setting, else the same case under the other variant. */
  readonly rival?: string;
  /** As one would write it on the command line. */
  readonly example: string;
  /** Its settings, the main one first. */
  readonly keys: readonly string[];
  /**
   * `template`: the settings before columns were filled in; scorers whose version depends on their settings take it from there.
   * Throws `AgentOpError` that names the setting when `settings` do not fit.
   */
  create(settings: unknown, template?: unknown): Scorer;
}

/** Makes a factory of a schema and a function. What the schema's check throws as `AgentOpError` reaches the user. */
export function defineScorer<S extends z.ZodObject>(spec: {
  readonly name: string;
  /** Where scores depend on more than this code, made from the settings as they were written. */
  readonly version: string | ((template: unknown) => string);
  readonly description: string;
  readonly setting?: keyof z.output<S> & string;
  readonly takesList?: boolean;
  readonly runs?: keyof z.output<S> & string;
  readonly rival?: keyof z.output<S> & string;
  readonly example: string;
  readonly settings: S;
  /** Called once: what is costly or can be wrong (a pattern, a schema) is prepared here. */
  prepare(settings: z.output<S>): (trace: Trace, context: ScoreContext) => Score | Promise<Score>;
  /** How long a score may take, ms. @default 60,000 */
  timeoutMs?(settings: z.output<S>): number;
}): ScorerFactory {
  const { name, description, setting, example } = spec;
  return {
    name,
    description,
    ...(setting === undefined ? {} : { setting }),
    ...(spec.takesList ? { takesList: true } : {}),
    ...(spec.runs === undefined ? {} : { runs: spec.runs }),
    ...(spec.rival === undefined ? {} : { rival: spec.rival }),
    example,
    keys: Object.keys(spec.settings.shape).sort((a, b) => Number(b === setting) - Number(a === setting)),
    create(settings, template = settings) {
      const value = settings ?? {};
      const parsed = spec.settings.safeParse(value);
      if (!parsed.success) {
        const reason = explainIssues(parsed.error, value, Object.keys(spec.settings.shape));
        throw new AgentOpError(`Cannot set up scorer "${name}": ${reason}`, { remedy: example });
      }
      const score = spec.prepare(parsed.data);
      return Object.freeze({
        name,
        version: typeof spec.version === "string" ? spec.version : spec.version(template),
        ...(spec.timeoutMs ? { timeoutMs: spec.timeoutMs(parsed.data) } : {}),
        score: async (trace: Trace, context: ScoreContext) => await score(trace, context),
      });
    },
  };
}

/** A score of all or nothing. */
export function passOrFail(passed: boolean, explanation: string): Grade {
  return { value: passed ? 1 : 0, passed, explanation };
}
