import { type Approval, pendingApprovals } from "../../../analysis/mod.ts";
import { type CallTarget, escapeText, isObject, targetsOf, tryParseExactJson } from "../../../core/mod.ts";
import type { Env } from "../../contract/screen.ts";
import { BORDER } from "../../draw/pane.ts";
import { docOf } from "../../reader/doc.ts";
import { GAP, type Part, textPart } from "../../reader/part.ts";
import type { LiveModel } from "./model.ts";

const DIALOG_COLUMNS_MAX = 120;
/** Border, who asks, the gaps, what is below, and the answers. */
const ROWS_AROUND = 11;
const PARSE_LENGTH_MAX = 200_000;

/** The questions that nobody has answered here. */
export function openQuestions({ trace, answered = [] }: LiveModel): readonly Approval[] {
  return trace ? pendingApprovals(trace).filter(({ spanId }) => !answered.includes(spanId)) : [];
}

/** The question that the dialog is about. */
export function askedQuestion(model: LiveModel): Approval | undefined {
  return openQuestions(model).find(({ spanId }) => spanId === model.approval?.spanId);
}

/** The arguments that the call would get: the model's, or the person's. */
export function askedArguments(model: LiveModel, { arguments: given }: Approval): unknown {
  return model.approval?.edited ?? given;
}

export function askedTargets(model: LiveModel, approval: Approval): readonly CallTarget[] {
  return targetsOf(approval.touches, objectOf(askedArguments(model, approval)));
}

/** The file whose change is to be seen before it is allowed. */
export function askedFile(
  model: LiveModel,
  approval: Approval,
): Extract<CallTarget, { kind: "file" }> | undefined {
  return askedTargets(model, approval).find((it) => it.kind === "file" && it.text !== undefined) as
    | Extract<CallTarget, { kind: "file" }>
    | undefined;
}

/** How the arguments of a question are laid out: rows in all, and those in view. */
export function shownArguments(model: LiveModel, approval: Approval, env: Env) {
  const columns = Math.min(DIALOG_COLUMNS_MAX, env.size.columns - 4);
  const doc = docOf(partsOf(model, approval), {
    columns: columns - BORDER - 4,
    glyphs: env.glyphs,
    prefix: "",
    folds: new Map(),
  });
  const lasting = askedTargets(model, approval).length;
  const height = Math.max(1, Math.min(doc.rows, env.size.rows - ROWS_AROUND - lasting));
  return { columns, doc, height };
}

/** What it touches, with what that changes; then the arguments that are not said by that. */
function partsOf(model: LiveModel, approval: Approval): readonly Part[] {
  const given = objectOf(askedArguments(model, approval));
  const targets = askedTargets(model, approval);
  const said = new Set<string>();
  const parts = targets.flatMap((target): readonly Part[] => {
    if (target.kind === "request") {
      return [
        textPart(`${target.method} ${exact(target.url ?? target.host ?? "")}`, "strong"),
        textPart(target.host === undefined ? "no host: it is no URL" : `host ${exact(target.host)}`, "warn"),
        GAP,
      ];
    }
    if (target.textName !== undefined) said.add(target.textName);
    if (target.kind === "code") {
      const { language } = target;
      return [
        textPart(language, "heading"),
        { kind: "code", text: exact(target.text), language, indent: 2 },
        GAP,
      ];
    }
    return fileParts(model, target);
  });
  if (!isObject(given)) return [...parts, textPart(exactText(given))];
  const rest = Object.entries(given).filter(([name]) => !said.has(name));
  return [...parts, ...rest.flatMap(([name, value]) => argumentParts(name, value))];
}

function fileParts(
  { approval }: LiveModel,
  { place, path, text, isAppended }: Extract<CallTarget, { kind: "file" }>,
): readonly Part[] {
  const change = approval?.change;
  const head = textPart(`${isAppended ? "adds to" : "writes"} ${exact(place ?? path)}`, "strong");
  if (text === undefined) return [head, GAP];
  if (!change) return [head, textPart("reading what is there", "dim"), GAP];
  switch (change.kind) {
    case "same":
      return [head, textPart("nothing changes: it holds this already", "dim"), GAP];
    case "changed":
      return [
        head,
        { kind: "unified", text: exact(change.unified) },
        GAP,
      ];
    default: {
      const why = change.kind === "unknown" ? `not compared: ${exact(change.reason)}` : "a new file";
      return [head, textPart(why, "warn"), textPart(exact(text), "attempt", 2), GAP];
    }
  }
}

/** Line breaks are line breaks; whatever else a terminal would not show is spelled out. */
function argumentParts(name: string, value: unknown): readonly Part[] {
  const text = exactText(value);
  if (!text.includes("\n")) return [textPart(`${exact(name)}  ${text}`)];
  return [textPart(exact(name), "heading"), textPart(text, "text", 2)];
}

/** Some models send their arguments twice encoded. */
function objectOf(value: unknown): unknown {
  return typeof value === "string" && /^\s*[[{]/.test(value) && value.length <= PARSE_LENGTH_MAX
    ? tryParseExactJson(value) ?? value
    : value;
}

/** JSON as it will be handed over, laid out; what a row would show as something wider is spelled out first, so that none is cut. */
function exactText(value: unknown): string {
  return exact(typeof value === "string" ? value : JSON.stringify(value, null, 2) ?? "");
}

function exact(text: string): string {
  return escapeText(text, { multiline: true });
}
