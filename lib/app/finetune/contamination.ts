import { AgentOpError, messageOf, oneLine } from "../../core/mod.ts";
import type { App } from "../app.ts";
import { loadSuiteOf } from "../evaluate.ts";
import { NearTexts } from "./near_texts.ts";
import type { TrainingMessage } from "./training_line.ts";

/** Questions of evaluation suites: what is trained on them cannot be judged by them any more. */
export interface SuiteQuestions {
  /** The suites that were read. */
  readonly suites: readonly string[];
  /** Files in `evals/` that could not be read as suites, with the reason. */
  readonly unread: readonly string[];
  /** One of these messages of people asks what a suite asks, or nearly that. */
  has(prompt: string, messages: readonly TrainingMessage[]): boolean;
}

/**
 * Reads the questions of suites: those named, else all in `evals/`; of none for `none`. One that was named and cannot be read is an
 * `AgentOpError`; one that was found is told of.
 */
export async function suiteQuestions(
  app: App,
  named: readonly string[] | undefined,
): Promise<SuiteQuestions> {
  const isNone = named?.length === 1 && named[0] === "none";
  const { suiteNames } = await import("../../evals/mod.ts");
  const names = isNone ? [] : named ?? await suiteNames();
  const near = new NearTexts();
  const suites: string[] = [];
  const unread: string[] = [];
  for (const name of names) {
    try {
      const { suite } = await loadSuiteOf(app, name);
      for (const { prompt } of suite.cases) near.add(prompt);
      suites.push(suite.name);
    } catch (error) {
      if (named || !(error instanceof AgentOpError)) throw error;
      unread.push(oneLine(messageOf(error), 200));
    }
  }
  return {
    suites,
    unread,
    has: (prompt, messages) =>
      suites.length > 0 &&
      [prompt, ...messages.flatMap((it) => it.role === "user" ? [it.content] : [])]
        .some((text) => near.find(text) !== undefined),
  };
}
