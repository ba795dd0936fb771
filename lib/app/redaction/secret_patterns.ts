import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import type { Finder, Found } from "../../core/mod.ts";

const WORD_MIN_CHARS = 16;
/** By character code: 1 for what keys are made of, 2 for what few words have. */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  return /[A-Z0-9_]/.test(char) ? 2 : /[a-z+/=-]/.test(char) ? 1 : 0;
});
const LOGIN_OR_KEY = /:\/\/[^\s/@]{0,200}:[^\s/@]{1,200}@|-----BEGIN /;
/** Ids and digests of ours, most of what passes that. */
const OWN_ID = /^[0-9a-f-]{16,64}$/;
/** Names of attributes come again and again. */
const NAME_MAX_CHARS = 64;
const NAMES_MAX = 2_000;
const WORD_END = /[\s"'`,;<>\\]|$/g;

/**
 * Keys and passwords that nobody configured, by how they look: the rules of secretlint. They are called as they are, not through its
 * core, which is asynchronous and reads settings for each text.
 */
export function secretPatterns(): Finder {
  let places: (readonly [number, number, string])[] = [];
  let kind = "";
  const context = {
    sharedOptions: {},
    createTranslator: () => () => ({ message: "", messageId: "" }),
    report: ({ range: [from, to] }: { readonly range: readonly [number, number] }) => {
      places.push([from, to, kind]);
    },
    ignore() {},
  };
  type Context = Parameters<(typeof rules)[number]["create"]>[0];
  const scanners = rules.filter(({ meta }) => meta.type === "scanner").map((rule) => ({
    kind: rule.meta.id.replace(/^.*-rule-/, "").replace(/\W/g, "_").replace(/^(\d)/, "_$1"),
    handler: rule.create(context as unknown as Context, {}),
  }));
  const clean = new Set<string>();
  return {
    find(text) {
      const isName = text.length <= NAME_MAX_CHARS;
      if (isName && (clean.has(text) || OWN_ID.test(text)) || !mayHold(text)) return [];
      places = [];
      const source = { content: text, filePath: "text", ext: "", contentType: "text" } as const;
      for (const scanner of scanners) {
        kind = scanner.kind;
        scanner.handler.file?.(source as never);
      }
      if (places.length > 0) return foundAt(text, places);
      if (isName && clean.size < NAMES_MAX) clean.add(text);
      return [];
    },
  };
}

/** What every secret has, seen in a fifth of the time that the rules take: a long word with a digit, a capital or a short name before it. */
function mayHold(text: string): boolean {
  let [word, mixed] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const kind = KINDS[text.charCodeAt(at)] ?? 0;
    if (kind === 0) word = mixed = 0;
    else {
      mixed |= kind;
      if (++word >= WORD_MIN_CHARS && mixed > 1) return true;
    }
  }
  return LOGIN_OR_KEY.test(text);
}

/** A rule may name a part of what it found: the whole word goes. */
function foundAt(text: string, places: readonly (readonly [number, number, string])[]): Found[] {
  const found: Found[] = [];
  for (const [from, to, kind] of places.toSorted(([a], [b]) => a - b)) {
    WORD_END.lastIndex = to;
    const end = WORD_END.exec(text)!.index;
    const last = found.at(-1);
    if (last && from < last.to) found[found.length - 1] = { ...last, to: Math.max(last.to, end) };
    else found.push({ from, to: end, mark: `[redacted ${kind}_secret]` });
  }
  return found;
}
