import { AgentOpError } from "../../core/mod.ts";

/** What a number from a person must be. */
export interface NumberRange {
  /** @default 0 */
  readonly min?: number;
  /** The least is not one of them: `--budget 0` makes no sense. */
  readonly isMinExcluded?: boolean;
  readonly max?: number;
  readonly isWhole?: boolean;
}

const NUMBER = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i;
const GIVEN_MAX_CHARS = 60;

/** The number that a text is; throws `AgentOpError` when it is none or out of range. `name` is a flag or a variable. */
export function readNumber(name: string, text: string, range: NumberRange, remedy: string): number {
  const { min = 0, max = Infinity, isMinExcluded = false, isWhole = false } = range;
  const value = NUMBER.test(text) ? Number(text) : NaN;
  const fits = Number.isFinite(value) && (isMinExcluded ? value > min : value >= min) && value <= max &&
    (!isWhole || Number.isSafeInteger(value));
  if (fits) return value;
  throw new AgentOpError(
    `Cannot use ${name}: it must be ${rangeText(range)}: got "${text.slice(0, GIVEN_MAX_CHARS)}"`,
    { remedy },
  );
}

function rangeText({ min = 0, max, isMinExcluded = false, isWhole = false }: NumberRange): string {
  const kind = isWhole ? "whole number" : "number";
  if (max !== undefined) return `a ${kind} from ${min} to ${max}`;
  if (!isMinExcluded) return `a ${kind}, ${min} or more`;
  return min === 0 ? `a positive ${kind}` : `a ${kind} above ${min}`;
}

/** For commander: a flag's number; `example` is what its error suggests. */
export function numberFlag(flag: string, range: NumberRange, example: number): (text: string) => number {
  return (text) => readNumber(flag, text, range, `${flag} ${example}`);
}
