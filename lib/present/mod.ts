/**
 * How a value reads, for every edge alike: money, times, widths, status words and glyphs, markdown, receipts. Pure.
 *
 * @module
 */
export { agreementText } from "./agreement.ts";
export { alertConditionText, alertMetricText, alertText, alertValue } from "./alert_text.ts";
export { desktopNotice } from "./desktop_notice.ts";
export { budgetName } from "./budget_name.ts";
export { BRAILLE, brailleBit, brailleChar } from "./braille.ts";
export {
  comparisonNotes,
  type Difference,
  differenceInterval,
  differenceWords,
  intervalText,
  pText,
} from "./comparison.ts";
export { csvLine, csvText } from "./csv.ts";
export { BRANCHES, type BranchSigns, branchText } from "./branches.ts";
export { type MarkdownBlock, markdownBlocks, type MarkdownSpan, type MarkdownText } from "./markdown.ts";
export { memoryChangeText } from "./memory.ts";
export { attachmentText, callText, isAttachment, lostBytesText, messageText } from "./message.ts";
export {
  costDifference,
  costOf,
  costOfCall,
  costWords,
  costWordsOf,
  exactMoney,
  knownCost,
  money,
  signed,
  treeCostWords,
  unitPrice,
  UNKNOWN,
  UNKNOWN_SIGN,
  unknownCostNote,
} from "./money.ts";
export { originWords } from "./origin.ts";
export { byteSize, compact, damagedRowsNote, grouped, plural } from "./numbers.ts";
export {
  amountText,
  cacheText,
  estimateText,
  formatReceipt,
  freeCallsText,
  lineText,
  modelText,
  priceText,
  quantityText,
  sourceText,
  sumText,
  totalLabel,
  totalText,
  unitText,
  WRONG_SUM,
} from "./receipt.ts";
export { CACHE_NOTE, cacheLostText, cacheRateText, cacheSummary } from "./cache_text.ts";
export { scoreText, scoreValue } from "./score.ts";
export { CHANGE_SIGNS, STEP_SIGNS } from "./signs.ts";
export {
  longStatus,
  runTone,
  shortStatus,
  spanStatus,
  STATUS_LOOKS,
  type StatusLook,
  type StatusTone,
  waitsForBudget,
} from "./status.ts";
export { type Cell, type Column, facts, type Painter, table } from "./table.ts";
export { cell, lines } from "./text.ts";
export { age, ago, duration, isoTime, tookText, zonedTime } from "./times.ts";
export { changeText, forecastLines, forecastText } from "./spending.ts";
export { usageText } from "./usage.ts";
export { cut, fit, pad, slice, width, wrap } from "./width.ts";
