/** One measured figure beside the most it may be. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export async function timeMs(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

/** The median of `rounds` timings, after one that does not count. */
export async function medianMs(rounds: number, action: () => Promise<unknown>): Promise<number> {
  await action();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await timeMs(action));
  return median(times);
}

export function printTable(figures: readonly Figure[]): void {
  const show = (value: number) =>
    value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
  const rows = figures.map(({ name, value, unit, limit }) => [
    name,
    `${show(value)} ${unit}`,
    `${show(limit)} ${unit}`,
    limit === 0 ? "–" : (value / limit).toFixed(2),
    value <= limit ? "ok" : "ABOVE",
  ]);
  const table = [["figure", "measured", "at most", "ratio", ""], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  for (const row of table) {
    console.log(
      row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join("  "),
    );
  }
}
