import { isObject } from "../../core/mod.ts";
import { type NotebookFile, sourceOf } from "../../documents/mod.ts";
import type { CellOutput } from "../../documents/mod.ts";

/** Paths of machines, which belong into nobody else's notebook. */
const MACHINE_PATH =
  /(?:^|[\s"'(=:])((?:\/(?:home|Users|root|tmp|private|var\/folders)\/|[A-Z]:\\+Users)[^\s"'<>)]{0,80})/;
const CHART = /^application\/vnd\.vega/;
const MARKS = /<(?:path|rect|circle|line|image)\b/;

/**
 * What is wrong with a notebook that was run again: outputs that are missing or of another kind than those in the file, charts
 * without data, paths of a machine. Figures and texts may differ.
 */
export function notebookProblems(stored: NotebookFile, fresh: NotebookFile): readonly string[] {
  const problems: string[] = [];
  let number = 0;
  for (const [index, cell] of fresh.cells.entries()) {
    if (cell.cell_type !== "code") continue;
    number++;
    const before = stored.cells[index]?.outputs ?? [];
    const now = cell.outputs ?? [];
    const say = (problem: string) =>
      problems.push(`cell ${number} (${firstLine(sourceOf(cell))}): ${problem}`);
    const [was, is] = [shapeOf(before), shapeOf(now)];
    if (was !== is) say(`the outputs in the file are ${was || "none"}, now they are ${is || "none"}`);
    if (now.some(isEmptyChart)) say("a chart is empty");
    const path = MACHINE_PATH.exec(JSON.stringify(before).replaceAll("\\n", "\n"))?.[1];
    if (path) say(`an output in the file has a path of a machine: ${path}`);
  }
  return problems;
}

/** Kinds of outputs and of their data. Streams come first and count once: how they are cut is chance. */
function shapeOf(outputs: readonly CellOutput[]): string {
  const streams = outputs.flatMap((it) => it.output_type === "stream" ? [it.name] : []);
  const others = outputs.flatMap((it) => {
    if (it.output_type === "stream") return [];
    return "data" in it ? [`${it.output_type}(${Object.keys(it.data).sort().join(" ")})`] : [it.output_type];
  });
  return [...new Set(streams.sort()), ...others].join(", ");
}

/** A chart that has neither rows nor marks. */
function isEmptyChart(output: CellOutput): boolean {
  if (!("data" in output)) return false;
  const spec = Object.entries(output.data).find(([type]) => CHART.test(type))?.[1];
  if (!spec) return false;
  const svg = [output.data["image/svg+xml"] ?? ""].flat().join("");
  return svg === "" ? !hasRows(spec) : !MARKS.test(svg);
}

function hasRows(spec: unknown): boolean {
  if (Array.isArray(spec)) return spec.some(hasRows);
  if (!isObject(spec)) return false;
  if (Array.isArray(spec.values)) return spec.values.length > 0;
  return Object.values(spec).some(hasRows);
}

function firstLine(source: string): string {
  return source.trim().split("\n")[0]!.slice(0, 50);
}
