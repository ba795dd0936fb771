import { decodeKittyPrintable, isKeyRelease, parseKey } from "@earendil-works/pi-tui/dist/keys.js";

/** What a person did at the keyboard. `char` is a printable character; names are like `ctrl+s`, `enter`, `pageDown`. */
export type KeyInput =
  | { readonly type: "key"; readonly key: string; readonly char?: string }
  | { readonly type: "paste"; readonly text: string };

const PASTE_START = "\x1b[200~";
const PASTE_END = "\x1b[201~";
/** As tmux, screen, PuTTY and the Linux console send them; the library leaves them out. */
const MORE_KEYS: Readonly<Record<string, string>> = { "\x1b[1~": "home", "\x1b[4~": "end" };
const PASTE_LENGTH_MAX = 1_000_000;

/** Turns the terminal's sequences into keys. Holds half a character back, because they arrive in UTF-16 units. */
export class KeyDecoder {
  #highSurrogate = "";

  /** `undefined` for what is not a key press. */
  decode(data: string): KeyInput | undefined {
    if (data.startsWith(PASTE_START)) {
      const text = data.slice(PASTE_START.length, data.endsWith(PASTE_END) ? -PASTE_END.length : undefined);
      return { type: "paste", text: text.slice(0, PASTE_LENGTH_MAX).replace(/\r\n?/g, "\n") };
    }
    if (isKeyRelease(data)) return undefined;
    if (/^[\ud800-\udbff]$/.test(data)) {
      this.#highSurrogate = data;
      return undefined;
    }
    const whole = this.#highSurrogate + data;
    this.#highSurrogate = "";
    const printable = decodeKittyPrintable(whole) ?? (isPrintable(whole) ? whole : undefined);
    if (printable !== undefined) {
      return { type: "key", key: printable === " " ? "space" : printable, char: printable };
    }
    const key = MORE_KEYS[whole] ?? parseKey(whole);
    if (key === undefined) return undefined;
    const shifted = /^shift\+(.)$/u.exec(key)?.[1];
    if (shifted !== undefined) {
      const char = shifted.toUpperCase();
      return { type: "key", key: char, char };
    }
    return { type: "key", key };
  }
}

/** True for what the terminal library must see itself: mouse, focus and answers to its own questions. */
export function isTerminalReport(data: string): boolean {
  // deno-lint-ignore no-control-regex
  return /^\x1b(\[<|\[M|\[[IO]$|\[6;\d+;\d+t$|\]|\[\?|_|P)/.test(data);
}

function isPrintable(text: string): boolean {
  return /^[^\p{Cc}\p{Cs}]$/u.test(text) ||
    (text.length > 1 && /^[^\p{Cc}]+$/u.test(text) && [...text].length <= 8);
}
