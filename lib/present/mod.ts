/**
 * How a value reads, for every edge alike: money, times, widths, status words and glyphs, markdown, receipts. Pure.
 *
 * @module
 */
export { csvText } from "./csv.ts";
export { type MarkdownBlock, markdownBlocks, type MarkdownSpan, type MarkdownText } from "./markdown.ts";
export {
  costDifference,
  costOf,
  costOfCall,
  costWords,
  exactMoney,
  knownCost,
  money,
  signed,
  unitPrice,
  UNKNOWN,
  UNKNOWN_SIGN,
  unknownCostNote,
} from "./money.ts";
export { byteSize, compact, grouped, plural } from "./numbers.ts";
export { formatReceipt } from "./receipt.ts";
export { shortStatus, spanStatus, STATUS_LOOKS, type StatusLook, type StatusTone } from "./status.ts";
export { cell, lines } from "./text.ts";
export { age, duration, isoTime, localTime } from "./times.ts";
export { cut, fit, pad, slice, width, wrap } from "./width.ts";
