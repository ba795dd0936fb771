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

/** cyrb53 (a 53-bit string hash in the public domain) written in base 62. Not for secrets. */
function hashToId(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  let rest = 4294967296 * (2097151 & low) + (high >>> 0);
  let id = "";
  for (let digit = 0; digit < 9; digit++) {
    id += DIGITS[rest % 62];
    rest = Math.floor(rest / 62);
  }
  return id;
}
