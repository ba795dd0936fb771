/** A part of the screen; the positions count from the top left of the screen's own area. */
export interface Area {
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  readonly rows: number;
}

export function isInside(area: Area | undefined, x: number, y: number): boolean {
  return area !== undefined && x >= area.x && x < area.x + area.columns && y >= area.y &&
    y < area.y + area.rows;
}

/** The first pane of `names` that is at a place. */
export function paneAt<N extends string>(
  areas: Readonly<Partial<Record<N, Area>>>,
  names: readonly N[],
  x: number,
  y: number,
): N | undefined {
  return names.find((name) => isInside(areas[name], x, y));
}
