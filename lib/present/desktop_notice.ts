import { escapeText, oneLine } from "../core/mod.ts";

const NOTICE_MAX_CHARS = 200;

/** What a terminal that can shows as a notice on the desktop (OSC 9). */
export function desktopNotice(text: string): string {
  return `\x1b]9;AgentOp: ${oneLine(escapeText(text), NOTICE_MAX_CHARS)}\x07`;
}
