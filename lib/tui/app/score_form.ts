import type { TypedScores } from "../../app/mod.ts";
import { plural } from "../../present/mod.ts";
import type { ScoreSubject } from "../contract/message.ts";
import { EMPTY_FIELD, type TextField } from "../draw/text_field.ts";
import { neighbour } from "../widgets/neighbour.ts";

export const SCORE_FIELDS = ["scores", "label", "comment"] as const;
export type ScoreField = (typeof SCORE_FIELDS)[number];

/** The question what a run or a step is worth, while it is open. */
export interface ScoreForm {
  readonly subject: ScoreSubject;
  readonly fields: Readonly<Record<ScoreField, TextField>>;
  readonly focus: ScoreField;
  /** Why what was typed is not kept. */
  readonly problem?: string;
}

export function scoreForm(subject: ScoreSubject): ScoreForm {
  const fields = { scores: EMPTY_FIELD, label: EMPTY_FIELD, comment: EMPTY_FIELD };
  return { subject, fields, focus: "scores" };
}

export function typedScore(form: ScoreForm, change: (field: TextField) => TextField | undefined): ScoreForm {
  const field = change(form.fields[form.focus]);
  if (!field) return form;
  const { problem: _, ...rest } = form;
  return { ...rest, fields: { ...form.fields, [form.focus]: field } };
}

export function movedScore(form: ScoreForm, step: 1 | -1): ScoreForm {
  return { ...form, focus: neighbour(SCORE_FIELDS, form.focus, step) };
}

/** What the form says, to be kept. */
export function scoresOf({ subject, fields }: ScoreForm): TypedScores {
  const { runId, spanId } = subject;
  const { scores, label, comment } = fields;
  return {
    runId,
    ...(spanId === undefined ? {} : { spanId }),
    scores: scores.text,
    label: label.text,
    comment: comment.text,
  };
}

export function keptText(count: number, { about }: ScoreSubject): string {
  return `Kept ${plural(count, "score")} of ${about}`;
}
