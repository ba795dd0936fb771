import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import type { Finder, Found } from "../../core/mod.ts";

/** What every secret has: a long word without a space, an address with a password in it, or the head of a key. */
const MAY_HOLD = /[A-Za-z0-9_+/=.-]{16}|:\/\/|-----BEGIN /;
/** Ids and digests of ours, most of what passes that. */
const OWN_ID = /^[0-9a-f-]{16,64}$/;
/** Names of attributes come again and again. */
const NAME_MAX_CHARS = 64;
const NAMES_MAX = 2_000;
const WORD_END = /[\s"'`,;<>]|$/g;

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
      if (!MAY_HOLD.test(text) || OWN_ID.test(text) || clean.has(text)) return [];
      places = [];
      const source = { content: text, filePath: "text", ext: "", contentType: "text" } as const;
      for (const scanner of scanners) {
        kind = scanner.kind;
        scanner.handler.file?.(source as never);
      }
      if (places.length > 0) return foundAt(text, places);
      if (text.length <= NAME_MAX_CHARS && clean.size < NAMES_MAX) clean.add(text);
      return [];
    },
  };
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
