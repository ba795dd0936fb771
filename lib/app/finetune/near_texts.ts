/** Hash functions of a signature; an estimate of the likeness is off by about 0.03. */
const PERMUTATIONS = 128;
/** Signatures that agree in one band of this many are compared: at a likeness of 0.85 that misses 1 in 170. */
const BAND_ROWS = 8;
const GRAM = 5;
const TEXT_MAX_CHARS = 100_000;
/** Jaccard's likeness of two sets of character 5-grams from which texts count as nearly the same. */
export const NEAR = 0.85;

const FACTORS = Uint32Array.from({ length: PERMUTATIONS }, (_, index) => scrambled(2 * index + 1) | 1);
const OFFSETS = Uint32Array.from({ length: PERMUTATIONS }, (_, index) => scrambled(2 * index + 2));

/**
 * Finds texts that are nearly the same as one it knows: MinHash signatures (Broder 1997) of character 5-grams, looked up by bands
 * (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3). Letters count alike in either case, and so does all
 * white space. The same texts in the same order always give the same answers.
 */
export class NearTexts {
  readonly #signatures: Uint32Array[] = [];
  readonly #bands = new Map<string, number[]>();

  /** The number of the first text that this one is nearly the same as, from 0; `undefined`: of none. */
  find(text: string): number | undefined {
    return this.#nearest(signatureOf(text));
  }

  /** Adds a text unless it is nearly the same as one before, whose number is given. */
  add(text: string): number | undefined {
    const signature = signatureOf(text);
    const near = this.#nearest(signature);
    if (near !== undefined) return near;
    const number = this.#signatures.push(signature) - 1;
    for (const band of bandsOf(signature)) {
      const known = this.#bands.get(band);
      if (known) known.push(number);
      else this.#bands.set(band, [number]);
    }
    return undefined;
  }

  /** The number of the first text that this one is nearly the same as, or its own: it is added then. */
  numberOf(text: string): number {
    return this.add(text) ?? this.#signatures.length - 1;
  }

  #nearest(signature: Uint32Array): number | undefined {
    let first: number | undefined;
    for (const band of bandsOf(signature)) {
      for (const number of this.#bands.get(band) ?? []) {
        if (first !== undefined && number >= first) break;
        if (likeness(signature, this.#signatures[number]!) >= NEAR) first = number;
      }
    }
    return first;
  }
}

/** As texts are compared: in lower case, with single spaces. */
export function plain(text: string): string {
  return text.slice(0, TEXT_MAX_CHARS).normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
}

function signatureOf(text: string): Uint32Array {
  const signature = new Uint32Array(PERMUTATIONS).fill(0xffffffff);
  const units = plain(text).padEnd(GRAM);
  for (let at = 0; at + GRAM <= units.length; at++) {
    let hash = 0x811c9dc5;
    for (let next = at; next < at + GRAM; next++) hash = Math.imul(hash ^ units.charCodeAt(next), 0x01000193);
    hash = scrambled(hash);
    for (let index = 0; index < PERMUTATIONS; index++) {
      const value = scrambledOnce(Math.imul(hash, FACTORS[index]!) + OFFSETS[index]!);
      if (value < signature[index]!) signature[index] = value;
    }
  }
  return signature;
}

function likeness(a: Uint32Array, b: Uint32Array): number {
  let same = 0;
  for (let index = 0; index < PERMUTATIONS; index++) if (a[index] === b[index]) same++;
  return same / PERMUTATIONS;
}

function* bandsOf(signature: Uint32Array): Generator<string> {
  for (let at = 0; at < PERMUTATIONS; at += BAND_ROWS) {
    yield `${at}:${signature.subarray(at, at + BAND_ROWS).join(",")}`;
  }
}

function scrambledOnce(value: number): number {
  return (value ^ (value >>> 15)) >>> 0;
}

/** The finalizer of MurmurHash3 (public domain). */
function scrambled(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
