/** The colour of a piece: a series by its number, or what it stands for. */
export type Tone = number | "other" | "bad" | "wait" | "dim" | "title" | "plain";

/** A piece of a line, safe to print. */
export interface Segment {
  readonly text: string;
  readonly tone: Tone;
}

export type Line = readonly Segment[];

/** Columns over time, each put together of its series. */
export interface ColumnsChart {
  readonly kind: "columns";
  /** One per column. */
  readonly labels: readonly string[];
  readonly series: readonly NumberSeries[];
  readonly format: (value: number) => string;
}

export interface NumberSeries {
  readonly name: string;
  readonly tone: Tone;
  readonly values: readonly number[];
}

/** Points on two axes, joined by lines or not. */
export interface PointsChart {
  readonly kind: "points";
  readonly series: readonly PointSeries[];
  readonly isJoined: boolean;
  readonly x: Axis;
  readonly y: Axis;
}

export interface PointSeries {
  readonly name: string;
  readonly tone: Tone;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Axis {
  readonly title: string;
  readonly format: (value: number) => string;
  /** The axis begins here; without it at the least value. */
  readonly from?: number;
}

/** A row of pieces each, on one common axis. */
export interface BarsChart {
  readonly kind: "bars";
  readonly rows: readonly BarRow[];
  readonly from?: number;
  readonly to: number;
  readonly format: (value: number) => string;
  readonly legend: readonly { readonly name: string; readonly tone: Tone }[];
}

export interface BarRow {
  /** Safe to print. */
  readonly label: string;
  readonly pieces: readonly { readonly from: number; readonly to: number; readonly tone: Tone }[];
  /** Marked on the bar: what it is the interval of. */
  readonly mark?: number;
  /** What stands behind the bar. */
  readonly value: string;
}

/** A value in each cell of a table. */
export interface HeatChart {
  readonly kind: "heat";
  readonly rows: readonly { readonly label: string; readonly values: readonly (number | null)[] }[];
  readonly columns: readonly string[];
  readonly format: (value: number) => string;
}

/** A chart as a terminal draws it: the numbers, not yet the characters. */
export type TextChart = ColumnsChart | PointsChart | BarsChart | HeatChart;
