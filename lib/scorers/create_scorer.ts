import { AgentOpError, fillInValue, isObject, type Scorer, type Vars } from "../core/mod.ts";
import { loadScorer } from "./list.ts";
import { parseScorer } from "./parse_scorer.ts";

/** A scorer as a file names it: `completed`, `{ contains: text }`, `{ numeric: { value: 3 }, name: total }`. */
export type ScorerEntry = string | Readonly<Record<string, unknown>>;

const NAME_MAX_CHARS = 80;

/**
 * The scorer of an entry, with the columns of a case in place of `{{column}}`. `name` is what its scores are called; by default
 * the scorer's own. Throws `AgentOpError`.
 */
export async function createScorer(entry: ScorerEntry, vars: Vars = {}): Promise<Scorer> {
  if (typeof entry === "string") return await parseScorer(entry);
  const { name, ...rest } = entry;
  const [kind, ...others] = Object.keys(rest);
  if (kind === undefined || others.length > 0) {
    throw new AgentOpError(
      `Cannot set up scorer: ${
        kind === undefined ? "it has no kind" : `it has the kinds ${Object.keys(rest).join(", ")}`
      }`,
      { remedy: "{ contains: text }, one kind to an entry, and its settings" },
    );
  }
  if (
    name !== undefined && (typeof name !== "string" || name.trim() === "" || name.length > NAME_MAX_CHARS)
  ) {
    throw new AgentOpError(`Cannot set up scorer "${kind}": its name is not a short text`, {
      remedy: "name: total",
    });
  }
  const factory = await loadScorer(kind);
  const settingsOf = (value: unknown) =>
    value === null || value === true
      ? undefined
      : isObject(value) || factory.setting === undefined
      ? value
      : { [factory.setting]: value };
  const scorer = factory.create(settingsOf(fillInValue(rest[kind], vars)), settingsOf(rest[kind]));
  return name === undefined ? scorer : Object.freeze({ ...scorer, name });
}
