const STEPS_MAX = 100;
const CLOSE = 1e-15;

/**
 * The quantile of Student's t distribution: below it lies the share `p` (0 < p < 1) with `freedom` degrees of freedom, a whole
 * number from 1. Newton's method on the finite sums that the distribution is for whole degrees (Abramowitz and Stegun 26.7.3 and
 * 26.7.4), on the angle atan(t / √ν), in which it is bounded. Right to about 12 digits for the shares that intervals are made of.
 */
export function tQuantile(p: number, freedom: number): number {
  if (!(p > 0 && p < 1) || !Number.isInteger(freedom) || freedom < 1) {
    throw new RangeError(`Cannot give the t quantile of ${p} with ${freedom} degrees of freedom`);
  }
  if (p === 0.5) return 0;
  if (p < 0.5) return -tQuantile(1 - p, freedom);
  const inside = 2 * p - 1;
  let [low, high] = [0, Math.PI / 2];
  let angle = (low + high) / 2;
  const peak = shareAt(freedom);
  for (let step = 0; step < STEPS_MAX && high - low > CLOSE; step++) {
    const excess = insideOf(angle, freedom) - inside;
    if (excess === 0) break;
    if (excess > 0) high = angle;
    else low = angle;
    const next = angle - excess / (peak * Math.cos(angle) ** (freedom - 1));
    const isInside = next > low && next < high;
    if (isInside && Math.abs(next - angle) <= CLOSE * angle) break;
    angle = isInside ? next : (low + high) / 2;
  }
  return Math.sqrt(freedom) * Math.tan(angle);
}

/** The share between −t and t, where t = √ν tan(angle). */
function insideOf(angle: number, freedom: number): number {
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = freedom % 2 === 1;
  let term = isOdd ? cos : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k < freedom; k += 2) {
    term *= cos * cos * (k - 1) / k;
    sum += term;
  }
  return isOdd ? 2 / Math.PI * (angle + sin * sum) : sin * sum;
}

/** The derivative of `insideOf` at 0. */
function shareAt(freedom: number): number {
  let share = freedom % 2 === 1 ? 2 / Math.PI : 1;
  for (let k = freedom % 2 === 1 ? 1 : 2; k < freedom; k += 2) share *= (k + 1) / k;
  return share;
}
