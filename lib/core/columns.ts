/** What the values of a column are: `integer` and `number` are numbers, `time` is a `Date`. */
export type ColumnType = "text" | "integer" | "number" | "boolean" | "time";

/** One column of a table. */
export interface Column {
  /** What its values are. */
  readonly type: ColumnType;
  /** What it says, in one line. */
  readonly about: string;
  /** `ms`, `USD`, `tokens`, … Absent where there is nothing to measure. */
  readonly unit?: string;
  /** Some of its values may be unknown or absent: `null`. */
  readonly nullable?: true;
}

/** Columns by their names, in order. */
export type Columns = Readonly<Record<string, Column>>;

/** A value in a table. */
export type CellValue = string | number | boolean | Date | null;

/** A row of any table. */
export type Row = Readonly<Record<string, CellValue>>;
