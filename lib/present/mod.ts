/**
 * How a value reads, for every edge alike: money, times, widths, status words and glyphs, markdown, receipts. Pure.
 *
 * @module
 */
export { type MarkdownBlock, markdownBlocks, type MarkdownSpan, type MarkdownText } from "./markdown.ts";
export { costOf, formatExactUsd, formatPrice, formatUsd, knownCost, money } from "./money.ts";
export { byteSize, compact, grouped, plural } from "./numbers.ts";
export { formatReceipt } from "./receipt.ts";
export { type Sign, spanSign, STATUS_SIGNS, type Tone } from "./status.ts";
export { cell, lines } from "./text.ts";
export { age, duration, isoTime, localTime } from "./times.ts";
export { cut, fit, pad, slice, width, wrap } from "./width.ts";
