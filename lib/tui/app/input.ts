import type { KeyInput } from "../terminal/keys.ts";
import type { PointerInput } from "../terminal/pointer.ts";
import type { AppMsg } from "./model.ts";

/** What was pressed or pasted, as the root gets it. */
export function keyMsg(input: KeyInput): AppMsg {
  return input.type === "key" ? input : { type: "paste", text: input.text };
}

/** What the mouse did, as the root gets it. */
export function pointerMsg(input: PointerInput): AppMsg {
  const { x, y } = input;
  if (input.type === "drag") return { type: "pointer_drag", x, y };
  return input.type === "click"
    ? { type: "pointer_click", x, y }
    : { type: "pointer_wheel", x, y, lines: input.lines };
}
