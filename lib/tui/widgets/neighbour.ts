/** The choice after (or before) another one, around the end. */
export function neighbour<T>(choices: readonly T[], now: T, step: 1 | -1): T {
  return choices[(choices.indexOf(now) + step + choices.length) % choices.length]!;
}
