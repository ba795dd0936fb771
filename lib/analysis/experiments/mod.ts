/**
 * What experiments say: a summary of each variant, two of them case by case, and whether a gate passes. Pure; loaded by whoever
 * needs it.
 *
 * @module
 */
export {
  type Agreement,
  type HandVerdict,
  type Preference,
  type ReviewedPair,
  type ReviewSummary,
  summarizeReview,
  verdictAgreement,
} from "./agreement.ts";
export {
  type ChangedCase,
  type ComparedVariant,
  compareVariants,
  type ExperimentComparison,
} from "./comparison.ts";
export {
  type GatedVariant,
  gateOf,
  type GateResult,
  type GateRules,
  type GateVerdict,
  MARGIN_DEFAULT,
} from "./gate.ts";
export { isSpending, SPENDING_SCORERS } from "./spending.ts";
export { figuresOf, type LoadedExperiment, overviewOf } from "./overview.ts";
export { resultsOf, summarizeVariants, triesOf, type VariantSummary } from "./summary.ts";
