import type { Evaluation } from "../../../core/mod.ts";
import { isSpending } from "../../../analysis/mod.ts";
import { scoreText, scoreValue } from "../../../present/mod.ts";
import { clean, cut, width } from "../../terminal/text.ts";
import type { Tone } from "../../draw/theme.ts";

/** What stands in a cell, and its tone. */
export type Cell = readonly [string, Tone];

/** Letters of a name that say which scorer it is. */
const NAME_MIN = 4;
const DECIMALS = 2;
/** The scorer that looks at no answer. */
const COMPLETED = "completed";

/**
 * `0.83 exact +2`: what the first of all says, who that is, and how many more there are. What a person said comes first, then what
 * did not pass, how good the answer is, and what it cost and took. No mean: scores of different scorers are no amounts of one thing.
 */
export function scoreCell(scores: readonly Evaluation[], columns: number): Cell {
  const [first, ...others] = inOrder(scores);
  if (!first) return ["  –", "dim"];
  const value = first.error === undefined
    ? clean(
      first.value === undefined ? first.label ?? "–" : scoreValue(Number(first.value.toFixed(DECIMALS))),
    )
    : "error";
  const more = others.length > 0 ? ` +${others.length}` : "";
  const room = columns - 2 - width(value) - more.length - 1;
  const name = room >= NAME_MIN ? ` ${cut(clean(first.name), room)}` : "";
  const tone = first.error !== undefined || first.passed === false
    ? "error"
    : first.passed === true
    ? "ok"
    : "text";
  return [`  ${value}${name}${more}`, tone];
}

/** All of them with their names. */
export function scoreWords(scores: readonly Evaluation[]): string {
  return inOrder(scores).map((it) => `${it.name} ${it.error === undefined ? scoreText(it) : "error"}`).join(
    ", ",
  );
}

function inOrder(scores: readonly Evaluation[]): readonly Evaluation[] {
  const rank = ({ source, name, passed, error }: Evaluation) =>
    source === "human"
      ? 0
      : error !== undefined || passed === false
      ? 1
      : isSpending(name)
      ? 4
      : name === COMPLETED
      ? 3
      : 2;
  return scores.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
