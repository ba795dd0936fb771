import { EMPTY, type Line, line, seg } from "../draw/line.ts";
import { BORDER, pane } from "../draw/pane.ts";
import { fieldLine } from "../draw/text_field.ts";
import { clean, cut, fit, wrap } from "../terminal/text.ts";
import type { App } from "./model.ts";
import { SCORE_FIELDS, type ScoreField } from "./score_form.ts";

const COLUMNS_MAX = 76;
const LABEL_COLUMNS = 10;
const KNOWN_MAX = 4;
const ABOUT: Readonly<Record<ScoreField, string>> = {
  scores: "helpful=0.8 correct=pass tone=friendly",
  label: "a word beside the numbers",
  comment: "why",
};

/** What the run or the step is worth, and what was said of it before. */
export function scoreBox({ size, glyphs, score }: App): readonly Line[] {
  const { subject, fields, focus, problem } = score!;
  const columns = Math.min(size.columns - 4, COLUMNS_MAX);
  const inner = columns - BORDER;
  const row = (name: ScoreField): Line => [
    seg(
      ` ${name === focus ? glyphs.pointer : " "} ${fit(name, LABEL_COLUMNS)}`,
      name === focus ? "key" : "dim",
    ),
    ...fieldLine(fields[name], inner - LABEL_COLUMNS - 5, name === focus, ABOUT[name]),
  ];
  const known = subject.known ?? [];
  const shown = known.slice(-KNOWN_MAX).map((text) => line(`   ${cut(clean(text), inner - 4)}`, "dim"));
  const content: Line[] = [
    EMPTY,
    ...SCORE_FIELDS.map(row),
    EMPTY,
    ...(problem === undefined
      ? []
      : [...wrap(clean(problem), inner - 4).map((text) => line(`   ${text}`, "warn")), EMPTY]),
    ...(shown.length === 0 ? [] : [line("   said before", "heading"), ...shown, EMPTY]),
  ];
  return pane(content, columns, content.length + BORDER, glyphs, {
    title: cut(`Score ${clean(subject.about)}`, inner - 4),
    focused: true,
    foot: [seg(glyphs.enter, "key"), seg(" keeps it", "dim")],
  });
}
