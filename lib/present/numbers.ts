/** `1,204`. */
export function grouped(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** `980`, `12.4k`, `1.2M`. */
export function compact(value: number): string {
  const units = [[1e9, "G"], [1e6, "M"], [1e3, "k"]] as const;
  for (const [size, unit] of units) {
    const scaled = value / size;
    if (scaled >= 0.9995) return (scaled >= 99.95 ? Math.round(scaled).toString() : scaled.toFixed(1)) + unit;
  }
  return Math.round(value).toString();
}

/** `3 runs`, `1 run`. */
export function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** What sums and lists left out; for beside them. */
export function damagedRowsNote(count: number): string {
  return `${plural(count, "damaged row")} not counted`;
}

/** `4.1 kB`, `12 MB`. */
export function byteSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Formatters by their decimals: making one is what costs, and most screens need none. */
const formats = new Map<number, Intl.NumberFormat>();

/** `1,204`, `12.5`: with at most so many decimals. */
export function formatNumber(value: number, decimalsMax: number): string {
  let format = formats.get(decimalsMax);
  if (!format) {
    format = new Intl.NumberFormat("en-US", { maximumFractionDigits: decimalsMax });
    formats.set(decimalsMax, format);
  }
  return format.format(value);
}
