const EXACT_MAX = 16;
const DRAWS = 100_000;
/** Signs are looked up for so many differences at once. */
const BITS = 8;
const WORD_BITS = 32;
/** Of the sum of all sizes: sums nearer than this are equal but for rounding. */
const ROUNDING = 1e-12;

/**
 * The two-sided p-value of "the differences are as likely to be the other way round": how often the size of their mean is reached
 * when each sign is chosen by chance. All sign patterns for up to 16 differences that are not 0, else 100,000 drawn by a generator
 * from `seed`, p = (1 + hits) / (1 + draws). 1 when nothing differs. Equal arguments give equal figures.
 */
export function permutationTest(differences: readonly number[], seed = 1): number {
  const sizes = differences.filter((it) => it !== 0).map(Math.abs);
  if (sizes.length === 0) return 1;
  const wanted = Math.abs(differences.reduce((sum, it) => sum + it, 0));
  const threshold = wanted - ROUNDING * sizes.reduce((sum, it) => sum + it, 0);
  const sums = signSums(sizes);
  return sizes.length <= EXACT_MAX
    ? exactShare(sums, sizes.length, threshold)
    : drawnShare(sums, threshold, seed);
}

/** For each eight differences the sum under each of the 256 patterns of their signs; a missing one counts 0. */
function signSums(sizes: readonly number[]): readonly Float64Array[] {
  const tables: Float64Array[] = [];
  for (let start = 0; start < sizes.length; start += BITS) {
    const part = sizes.slice(start, start + BITS);
    const table = new Float64Array(1 << BITS);
    for (let pattern = 0; pattern < table.length; pattern++) {
      table[pattern] = part.reduce((sum, size, bit) => sum + (pattern >> bit & 1 ? -size : size), 0);
    }
    tables.push(table);
  }
  return tables;
}

function exactShare(sums: readonly Float64Array[], count: number, threshold: number): number {
  const patterns = 2 ** count;
  let hits = 0;
  for (let pattern = 0; pattern < patterns; pattern++) {
    let sum = 0;
    for (let table = 0; table < sums.length; table++) sum += sums[table]![pattern >> table * BITS & 0xff]!;
    if (Math.abs(sum) >= threshold) hits++;
  }
  return hits / patterns;
}

function drawnShare(sums: readonly Float64Array[], threshold: number, seed: number): number {
  const nextWord = randomWords(seed);
  const tablesPerWord = WORD_BITS / BITS;
  let hits = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    let sum = 0;
    for (let start = 0; start < sums.length; start += tablesPerWord) {
      let word = nextWord();
      const end = Math.min(start + tablesPerWord, sums.length);
      for (let table = start; table < end; table++) {
        sum += sums[table]![word & 0xff]!;
        word >>>= BITS;
      }
    }
    if (Math.abs(sum) >= threshold) hits++;
  }
  return (1 + hits) / (1 + DRAWS);
}

/** 32 random bits at a time: Chris Doty-Humphrey's sfc32. */
function randomWords(seed: number): () => number {
  let [a, b, c, counter] = [0, seed | 0, Math.floor(seed / 2 ** 32) | 0, 1];
  const next = () => {
    const word = (a + b | 0) + counter++ | 0;
    a = b ^ b >>> 9;
    b = c + (c << 3) | 0;
    c = (c << 21 | c >>> 11) + word | 0;
    return word;
  };
  for (let warm = 0; warm < 12; warm++) next();
  return next;
}
