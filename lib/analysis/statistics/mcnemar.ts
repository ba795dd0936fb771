/** 2^−n is 0 as a number from n = 1,075 on. */
const PLAIN_MAX = 1_000;

/**
 * McNemar's test in its exact form: `b` and `c` are the cases that only one side passed. The two-sided p-value of so uneven a
 * split when both are as likely: binomial, p = 1/2. 1 when no case differs.
 */
export function mcNemarExact(b: number, c: number): number {
  const n = b + c;
  const fewer = Math.min(b, c);
  if (2 * fewer >= n) return 1;
  return Math.min(1, 2 * (n <= PLAIN_MAX ? plainTail(fewer, n) : logTail(fewer, n)));
}

/** The share of at most `fewer` heads in `n` throws of a coin. */
function plainTail(fewer: number, n: number): number {
  let term = 2 ** -n;
  let tail = term;
  for (let i = 0; i < fewer; i++) {
    term *= (n - i) / (i + 1);
    tail += term;
  }
  return tail;
}

/** The same in logarithms. */
function logTail(fewer: number, n: number): number {
  let logTerm = -n * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let i = 0; i < fewer; i++) {
    logTerm += Math.log((n - i) / (i + 1));
    tail += Math.exp(logTerm);
  }
  return tail;
}
