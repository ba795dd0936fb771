import { type CacheReport, missRemedy, missText } from "../../analysis/mod.ts";
import { CACHE_NOTE, cacheRateText, cacheSummary, grouped, knownCost } from "../../present/mod.ts";
import { GAP, type Part, textPart } from "../reader/part.ts";

/** What the provider's cache did for the calls of a run, call by call, and what would mend it. */
export function cacheParts(report: CacheReport | undefined): readonly Part[] {
  if (!report) return [textPart("reading the calls, and those of the agent's run before", "dim")];
  if (report.callList.length === 0) return [textPart("no model call has ended yet", "dim")];
  const remedies = [...new Set(report.losses.map(({ cause }) => missRemedy(cause)))];
  return [
    textPart(cacheSummary(report), "strong"),
    GAP,
    ...report.callList.map((it) => {
      const lost = it.lostTokens === 0 ? "" : `, lost ${knownCost(it.lostUsd)}`;
      const why = it.cause === undefined
        ? it.verdict === "first" ? ": the first of its kind" : ""
        : `: ${missText(it)}`;
      return textPart(
        `step ${it.step}  ${cacheRateText(it)} of ${grouped(it.inputTokens)} tokens cached, same ${
          grouped(it.sharedBytes)
        } of ${grouped(it.promptBytes)} bytes${lost}${why}`,
        it.lostTokens > 0 ? "warn" : it.cachedTokens > 0 ? "ok" : "text",
      );
    }),
    ...(remedies.length === 0 ? [] : [
      GAP,
      ...remedies.map((remedy) => textPart(`Mend: ${remedy}`, "accent")),
      GAP,
      textPart(CACHE_NOTE, "dim"),
    ]),
  ];
}
