/** The first row to show so that `selected` is in view, moving as little as possible from `top`. */
export function keepInView(top: number, selected: number, height: number, total: number): number {
  const margin = Math.min(2, Math.max(0, Math.floor((height - 1) / 2)));
  let next = top;
  if (selected - margin < next) next = selected - margin;
  if (selected + margin >= next + height) next = selected + margin - height + 1;
  return clamp(next, 0, Math.max(0, total - height));
}

export function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** Where a motion leads from row `index`; `undefined` when `action` is no motion. */
export function moved(
  action: string,
  index: number,
  count: number | undefined,
  height: number,
  total: number,
): number | undefined {
  const last = Math.max(0, total - 1);
  const times = count ?? 1;
  const half = Math.max(1, Math.floor(height / 2));
  switch (action) {
    case "down":
      return clamp(index + times, 0, last);
    case "up":
      return clamp(index - times, 0, last);
    case "top":
      return count === undefined ? 0 : clamp(count - 1, 0, last);
    case "bottom":
      return count === undefined ? last : clamp(count - 1, 0, last);
    case "half_down":
      return clamp(index + half * times, 0, last);
    case "half_up":
      return clamp(index - half * times, 0, last);
    case "page_down":
      return clamp(index + Math.max(1, height - 1) * times, 0, last);
    case "page_up":
      return clamp(index - Math.max(1, height - 1) * times, 0, last);
    default:
      return undefined;
  }
}
