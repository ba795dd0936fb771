import { messageOf } from "../../core/mod.ts";
import { byteSize } from "../../present/mod.ts";
import type { NoticeLevel } from "../contract/message.ts";
import type { TuiServices } from "../ports.ts";

/** What terminals and multiplexers take at a time, in the clipboard's base64 of it: 100,000 less its frame. */
const BYTES_SURE = 74_000;

export interface CopyNotice {
  readonly level: NoticeLevel;
  readonly text: string;
}

/**
 * Hands a text to the terminal's clipboard, and says what is known of that: no terminal answers. One that many would refuse goes into
 * a file, and its path to the clipboard.
 */
export async function copied(
  text: string,
  send: (text: string) => void,
  { keepCopy }: Pick<TuiServices, "keepCopy">,
): Promise<CopyNotice> {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes <= BYTES_SURE) {
    send(text);
    return { level: "info", text: "Sent to the clipboard" };
  }
  const size = byteSize(bytes);
  if (!keepCopy) {
    send(text);
    return { level: "warn", text: `Sent ${size} to the clipboard: many terminals refuse that much` };
  }
  try {
    const path = await keepCopy(text);
    send(path);
    return {
      level: "info",
      text: `${size} is more than terminals take: it is in ${path}, sent to the clipboard`,
    };
  } catch (error) {
    return { level: "error", text: messageOf(error) };
  }
}
