import type { RunStatus } from "./run.ts";

/** Names of a run that a condition can ask for. `error` and `warning`: type or words. `tool`: one that was called. */
export type NameKey = "id" | "agent" | "model" | "group" | "user" | "tool" | "error" | "warning";

/** Figures of a run: USD, tokens in and out, ms, model and tool calls, attempts after the first of each call. */
export const FIGURE_KEYS = ["cost", "tokens", "duration", "steps", "retries"] as const;
export type FigureKey = (typeof FIGURE_KEYS)[number];

export const FIGURE_OPERATORS = [">", ">=", "<", "<=", "="] as const;
export type FigureOperator = (typeof FIGURE_OPERATORS)[number];

/**
 * What a run may be asked. Every run meets a condition or its negation, never both and never neither: what is not known meets
 * none. Letters of names count alike in either case.
 */
export type RunCondition =
  | { readonly type: "all" | "any"; readonly of: readonly RunCondition[] }
  | { readonly type: "not"; readonly of: RunCondition }
  /** Every word occurs somewhere in the run. */
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "status"; readonly status: readonly RunStatus[] }
  /** `part`: the value occurs in the name; in an id it is the beginning or the end. `whole`: it is the name; "" where there is none. */
  | {
    readonly type: "name";
    readonly key: NameKey;
    readonly match: "part" | "whole";
    readonly value: string;
  }
  /** A label, whatever it says when `value` is absent. */
  | { readonly type: "tag"; readonly tag: string; readonly value?: string }
  /** A cost that is not known whole is above what is known of it, and neither below nor equal to anything. */
  | {
    readonly type: "figure";
    readonly key: FigureKey;
    readonly operator: FigureOperator;
    readonly value: number;
  }
  | { readonly type: "unknown_cost" }
  /** Started at or after, or before, µs since the epoch. */
  | { readonly type: "started"; readonly operator: ">=" | "<"; readonly timeUs: number };

/** Which runs: those that meet everything that is given. */
export interface RunFilter {
  readonly status?: readonly RunStatus[];
  readonly agent?: string;
  /** A part of the model's name. */
  readonly model?: string;
  readonly group?: string;
  readonly user?: string;
  readonly sinceUs?: number;
  readonly untilUs?: number;
  /** Handed over by this run, or judging it; `null`: by none that is in the store. */
  readonly parent?: string | null;
  /** Only those that stand for others where lists are folded: handed over by none, and of an experiment the newest. */
  readonly isHead?: true;
  /** Full-text terms, all of which must occur. */
  readonly text?: string;
  /** What a person searched for. */
  readonly where?: RunCondition;
}

/** All of them hold; conjunctions among them are opened, their texts put together. `undefined`: nothing is asked. */
export function allOf(conditions: readonly RunCondition[]): RunCondition | undefined {
  const open = conditions.flatMap((it) => it.type === "all" ? it.of : [it]);
  const texts = open.flatMap((it) => it.type === "text" ? [it.text] : []);
  const first = open.findIndex((it) => it.type === "text");
  const of = open.flatMap((it, index): readonly RunCondition[] =>
    it.type !== "text" ? [it] : index === first ? [{ type: "text", text: texts.join(" ") }] : []
  );
  return of.length > 1 ? { type: "all", of } : of[0];
}

/** One of them holds. */
export function anyOf(conditions: readonly [RunCondition, ...RunCondition[]]): RunCondition {
  const of = conditions.flatMap((it) => it.type === "any" ? it.of : [it]);
  return of.length > 1 ? { type: "any", of } : of[0]!;
}

export function notOf(condition: RunCondition): RunCondition {
  return condition.type === "not" ? condition.of : { type: "not", of: condition };
}

/** What a filter asks of a run; `undefined`: nothing. */
export function conditionOf(filter: RunFilter): RunCondition | undefined {
  const all: RunCondition[] = [];
  const name = (key: NameKey, match: "part" | "whole", value: string | undefined) => {
    if (value !== undefined) all.push({ type: "name", key, match, value });
  };
  if (filter.status) all.push({ type: "status", status: filter.status });
  name("agent", "whole", filter.agent);
  name("model", "part", filter.model);
  name("group", "whole", filter.group);
  name("user", "whole", filter.user);
  if (filter.sinceUs !== undefined) all.push({ type: "started", operator: ">=", timeUs: filter.sinceUs });
  if (filter.untilUs !== undefined) all.push({ type: "started", operator: "<", timeUs: filter.untilUs });
  if (filter.text !== undefined) all.push({ type: "text", text: filter.text });
  if (filter.where) all.push(filter.where);
  return allOf(all);
}
