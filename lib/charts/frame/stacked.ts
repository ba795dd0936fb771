import type { TextChart } from "../terminal/text_chart.ts";
import type { Spec } from "./chart.ts";
import { colorScale, OTHERS } from "./series.ts";
import type { Theme } from "./theme.ts";

/** Values over time, put on top of each other series by series. */
export interface Stacked {
  /** One per column, oldest first. */
  readonly labels: readonly string[];
  /** Names of the series. */
  readonly names: readonly string[];
  /** By column, then by series. */
  readonly values: readonly (readonly number[])[];
  /** Of the columns that hold the labels, the names and the values. */
  readonly fields: { readonly label: string; readonly name: string; readonly value: string };
  /** Of the value axis, with its unit. */
  readonly title: string;
  /** d3 format of the value axis. */
  readonly axisFormat: string;
  /** What drawn values are divided by. @default 1 */
  readonly scale?: number;
  readonly format: (value: number) => string;
}

/** The highest column. */
export function highest({ values }: Pick<Stacked, "values">): number {
  return Math.max(0, ...values.map((column) => column.reduce((a, b) => a + b, 0)));
}

export function stackedRows({ labels, names, values, fields }: Stacked) {
  return labels.flatMap((label, at) =>
    names.map((name, index) => ({
      [fields.label]: label,
      [fields.name]: name,
      [fields.value]: values[at]![index]!,
    }))
  );
}

export function stackedSpec(stacked: Stacked, theme: Theme): Spec {
  const { labels, names, fields, title, axisFormat, scale = 1 } = stacked;
  const rows = stackedRows(stacked).map((row, at) => ({
    ...row,
    // The order of the series, also where values are equal.
    rank: at % names.length,
    shown: Number(row[fields.value]) / scale,
  }));
  return {
    data: { values: rows },
    mark: { type: "bar" },
    encoding: {
      x: {
        field: fields.label,
        type: "ordinal",
        sort: [...labels],
        title: null,
        axis: { labelAngle: 0, labelOverlap: "greedy", labelSeparation: 8 },
      },
      y: { field: "shown", type: "quantitative", title, axis: { format: axisFormat, tickCount: 5 } },
      color: { field: fields.name, type: "nominal", title: null, scale: colorScale(names, theme) },
      order: { field: "rank" },
      tooltip: [{ field: fields.label }, { field: fields.name }, { field: fields.value }],
    },
  };
}

/** Each series with what it comes to. */
export function stackedText({ labels, names, values, format }: Stacked): TextChart {
  return {
    kind: "columns",
    labels,
    series: names.map((name, index) => ({
      name: `${name} ${format(values.reduce((sum, column) => sum + column[index]!, 0))}`,
      tone: name === OTHERS ? "other" : index,
      values: values.map((column) => column[index]!),
    })),
    format,
  };
}
