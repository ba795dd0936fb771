import { ATTR, type Span } from "../../core/mod.ts";
import { duration } from "../../present/mod.ts";
import { type Markup, markup } from "./markup.ts";
import { fold, htmlTable } from "./page.ts";
import type { PageText } from "./text.ts";
import { attemptStretches, Timeline } from "./timeline.ts";

/** The tries of a model call on one time axis, with the waits between them and what went wrong. */
export function attemptTable(
  call: Span,
  attempts: readonly Span[],
  { text, nowUs }: { readonly text: PageText; readonly nowUs: number },
): Markup {
  const own = new Timeline([call], nowUs);
  const ms = (value: unknown) => typeof value === "number" ? duration(value) : "–";
  const rows = attempts.map((it) => {
    const failed = it.status === "error" || it.status === "interrupted";
    const outcome = it.status === "ok"
      ? "ok"
      : it.errorType ?? (it.endTimeUs === undefined ? "under way" : it.status);
    return [
      String(Number(it.attributes[ATTR.resendCount] ?? 0) + 1),
      markup`<b class="${failed ? "failed" : "ok"}">${outcome}</b>`,
      own.bar(attemptStretches(it, failed ? "bad" : "ok", nowUs)),
      it.endTimeUs === undefined ? "open" : duration((it.endTimeUs - it.startTimeUs) / 1000),
      ms(it.attributes[ATTR.retryDelayMs]),
      ms(it.attributes[ATTR.retryAfterMs]),
    ];
  });
  const broken = attempts.flatMap((it, index) => {
    const partial = it.attributes[ATTR.attemptPartial];
    const name = `Attempt ${index + 1}`;
    return [
      ...(it.errorMessage === undefined
        ? []
        : [markup`<dt>${name}: what went wrong</dt><dd>${text.block(it.errorMessage)}</dd>`]),
      ...(typeof partial === "string"
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
