import { receiptOfSpan, receiptSum } from "../../../analysis/mod.ts";
import { jsonText, type Span } from "../../../core/mod.ts";
import {
  cell,
  duration,
  facts,
  formatReceipt,
  spanStatus,
  usageText,
  zonedTime,
} from "../../../present/mod.ts";
import { type Look, statusSign } from "../../output/look.ts";
import { formatParts, ROLE_STYLES } from "./messages_text.ts";

/** All of one span. */
export function formatSpan(span: Span, look: Look, step: number | undefined, timeZone: string): string {
  const took = span.endTimeUs === undefined
    ? ""
    : `, took ${duration((span.endTimeUs - span.startTimeUs) / 1000)}`;
  const sections = [
    `${statusSign(spanStatus(span), look)} ${look.paint("bold", cell(span.name))}  ${
      look.paint("dim", span.spanId)
    }\n` +
    facts([
      ["kind", span.kind],
      ["step", step === undefined ? undefined : String(step)],
      ["started", `${zonedTime(span.startTimeUs / 1000, timeZone)}${took}`],
      [
        "first text",
        span.timeToFirstChunkMs === undefined ? undefined : `after ${duration(span.timeToFirstChunkMs)}`,
      ],
      ["model", modelText(span)],
      ["finished", span.finishReasons === undefined ? undefined : cell(span.finishReasons.join(", "))],
      ["tokens", span.usage && usageText(span.usage)],
      ["parent", span.parentSpanId],
      [
        "error",
        span.errorType === undefined
          ? undefined
          : `${look.paint("red", cell(span.errorType))} ${cell(span.errorMessage ?? "")}`,
      ],
    ], look),
  ];
  const names = Object.keys(span.attributes).sort();
  if (names.length > 0) {
    const rows = names.map((name) => [cell(name), cell(jsonText(span.attributes[name]))] as const);
    sections.push(`${look.paint("bold", "Attributes")}\n${facts(rows, look)}`);
  }
  for (const [title, messages] of [["Sent", span.inputMessages], ["Added", span.outputMessages]] as const) {
    if (!messages?.length) continue;
    const shown = messages.map((message) =>
      `  ${look.paint(ROLE_STYLES[message.role], message.role)}\n${formatParts(message, look)}`
    );
    sections.push(`${look.paint("bold", title)}\n${shown.join("\n")}`);
  }
  const receipt = receiptOfSpan(span);
  if (receipt) {
    sections.push(`${look.paint("bold", "Receipt")}\n${formatReceipt([receipt], receiptSum([receipt]))}`);
  }
  return sections.join("\n\n");
}

function modelText({ requestModel, responseModel, providerName }: Span): string | undefined {
  const model = requestModel ?? responseModel;
  if (model === undefined) return undefined;
  const answered = responseModel !== undefined && responseModel !== model
    ? `, answered by ${responseModel}`
    : "";
  return cell(`${model}${answered}${providerName === undefined ? "" : ` (${providerName})`}`);
}
