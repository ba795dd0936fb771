import { hashText } from "../core/mod.ts";

const VALID = /^[a-zA-Z0-9]{9}$/;
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/**
 * Mistral's API takes only tool call ids of nine letters and digits. Returns a function that leaves such ids alone and maps
 * any other to one of that form: the same input to the same output, different inputs to different outputs.
 */
export function createCallIds(): (id: string) => string {
  const known = new Map<string, string>();
  const taken = new Set<string>();
  return (id) => {
    let mapped = known.get(id);
    if (mapped === undefined) {
      mapped = VALID.test(id) && !taken.has(id) ? id : hashToId(id);
      for (let salt = 1; taken.has(mapped); salt++) mapped = hashToId(`${id}#${salt}`);
      known.set(id, mapped);
      taken.add(mapped);
    }
    return mapped;
  };
}

/** A hash written in base 62. */
function hashToId(text: string): string {
  let rest = hashText(text);
  let id = "";
  for (let digit = 0; digit < 9; digit++) {
    id += DIGITS[rest % 62];
    rest = Math.floor(rest / 62);
  }
  return id;
}
