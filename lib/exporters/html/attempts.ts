import { attemptOf, spanTookMs, textAttribute } from "../../analysis/mod.ts";
import { ATTR, limitText, type Span } from "../../core/mod.ts";
import { duration } from "../../present/mod.ts";
import { type Markup, markup } from "./markup.ts";
import { fold, htmlTable } from "./page.ts";
import type { PageText } from "./text.ts";
import { attemptStretches, Timeline } from "./timeline.ts";

const CLASSES = { open: "running", ok: "ok", failed: "failed" } as const;

/** The tries of a model call on one time axis, with the waits between them and what went wrong. */
export function attemptTable(
  call: Span,
  attempts: readonly Span[],
  { text, nowUs }: { readonly text: PageText; readonly nowUs: number },
): Markup {
  const own = new Timeline([call], nowUs);
  const ms = (value: number | undefined) => value === undefined ? "–" : duration(value);
  const rows = attempts.map((it) => {
    const { number, state, outcome, waitedMs, askedMs, limit } = attemptOf(it);
    return [
      String(number),
      markup`<b class="${CLASSES[state]}">${outcome}</b>${limit ? ` ${limitText(limit)}` : ""}`,
      own.bar(attemptStretches(it, state === "failed" ? "bad" : "ok", nowUs)),
      it.endTimeUs === undefined ? "open" : duration(spanTookMs(it, 0)),
      ms(waitedMs),
      ms(askedMs),
    ];
  });
  const broken = attempts.flatMap((it) => {
    const partial = textAttribute(it, ATTR.attemptPartial);
    const name = `Attempt ${attemptOf(it).number}`;
    return [
      ...(it.errorMessage === undefined
        ? []
        : [markup`<dt>${name}: what went wrong</dt><dd>${text.block(it.errorMessage)}</dd>`]),
      ...(partial !== undefined
        ? [markup`<dt>${name}: text that had arrived</dt><dd>${text.block(partial)}</dd>`]
        : []),
    ];
  });
  return markup`<h4>Attempts</h4>${
    htmlTable("attempts of this call", [
      { title: "Try" },
      { title: "Outcome" },
      { title: "When" },
      { title: "Took", align: "number" },
      { title: "Waited then", align: "number" },
      { title: "Server asked for", align: "number" },
    ], rows)
  }${broken.length > 0 ? fold("What went wrong", markup`<dl class="changes">${broken}</dl>`) : ""}`;
}
