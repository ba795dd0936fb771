import type { ReviewReport } from "../../../app/mod.ts";
import { shortRunId } from "../../../core/mod.ts";
import { cell, grouped, intervalText, plural } from "../../../present/mod.ts";
import { agreementLines } from "../../output/agreement_lines.ts";
import type { Look } from "../../output/look.ts";

/** What came of a review; while `isBlind`, nothing that says whose answers were preferred. */
export function reviewText(
  { left, right, seed, summary, remaining, leftOut }: ReviewReport,
  look: Look,
  { isBlind }: { readonly isBlind: boolean },
): string {
  const { n, leftWins, rightWins, ties, rightShare, ci95, agreement } = summary;
  const rest = [
    ...(remaining > 0 ? [`${plural(remaining, "case")} to go`] : []),
    ...(leftOut > 0 ? [`${plural(leftOut, "case")} left out: not the same question, or the same run`] : []),
  ];
  const head = [`${plural(n, "case")} reviewed`, ...rest, ...(isBlind ? [] : [`seed ${seed}`])].join(", ");
  if (isBlind) {
    return `${head}\n${
      look.paint("dim", "Whose answers these are is told when all are reviewed, or with --results.")
    }`;
  }
  const isOneName = left.variant === right.variant;
  const name = (it: ReviewReport["left"]) =>
    cell(isOneName ? `${shortRunId(it.experimentId)}/${it.variant}` : it.variant);
  return [
    head,
    `${look.paint("bold", name(right))} against ${name(left)}: ${grouped(rightWins)} won, ${
      grouped(ties)
    } tied, ${grouped(leftWins)} lost`,
    ...(rightShare === null ? [] : [shareLine(name(left), name(right), rightShare, ci95)]),
    ...agreementLines(agreement, look),
  ].join("\n");
}

function shareLine(
  left: string,
  right: string,
  share: number,
  ci95: ReviewReport["summary"]["ci95"],
): string {
  const claim = ci95 === null || ci95[0] <= 0.5 && ci95[1] >= 0.5
    ? "no preference shown"
    : `${share > 0.5 ? right : left} is preferred`;
  return `${right} won ${share.toFixed(2)} of those decided, 95 % ${intervalText(ci95)}: ${claim}`;
}
