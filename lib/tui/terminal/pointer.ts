export type PointerInput =
  | { readonly type: "click"; readonly x: number; readonly y: number }
  /** The border that was pressed is pulled here. */
  | { readonly type: "drag"; readonly x: number; readonly y: number }
  | { readonly type: "wheel"; readonly x: number; readonly y: number; readonly lines: number };

/** What the mouse did, cells counted from 0. */
export interface MouseEvent {
  readonly type: "press" | "drag" | "release" | "wheel";
  readonly x: number;
  readonly y: number;
  /** Of the wheel; up is negative. */
  readonly lines: number;
}

const WHEEL_LINES = 3;
const ALT_WHEEL_LINES = 15;
const ALT = 8;
const MOTION = 32;
const WHEEL = 64;

/** Reads one report in SGR form; `undefined` for other buttons than the left one and for what is none. */
export function mouseEvent(data: string): MouseEvent | undefined {
  // deno-lint-ignore no-control-regex
  const match = /^\x1b\[<(\d+);(\d+);(\d+)([Mm])$/.exec(data);
  if (!match) return undefined;
  const button = Number(match[1]);
  const [x, y] = [Number(match[2]) - 1, Number(match[3]) - 1];
  const which = button & 3;
  if (button & WHEEL) {
    if (which > 1) return undefined;
    const lines = (button & ALT ? ALT_WHEEL_LINES : WHEEL_LINES) * (which === 0 ? -1 : 1);
    return { type: "wheel", x, y, lines };
  }
  const isRelease = match[4] === "m";
  // Some terminals do not say which button was released.
  if (which !== 0 && !(isRelease && which === 3)) return undefined;
  return { type: isRelease ? "release" : button & MOTION ? "drag" : "press", x, y, lines: 0 };
}
