import { distance } from "fastest-levenshtein";
import { referenceMetric } from "./reference_metric.ts";

/** Levenshtein's distance, as 1 − edits / length of the longer text; UTF-16 units. Of several texts the nearest. */
export const editDistance = referenceMetric({
  name: "edit_distance",
  version: "1",
  description:
    "how few characters differ from a text, or from the nearest of several: 1 − Levenshtein's distance / the longer length",
  example: "'edit_distance={text: The total is 42., min: 0.9}'",
  maxChars: 20_000,
  measure: (answer, references) =>
    Math.max(...references.map((reference) => {
      const [left, right] = [answer.trim(), reference.trim()];
      const longer = Math.max(left.length, right.length);
      return longer === 0 ? 1 : 1 - distance(left, right) / longer;
    })),
});
