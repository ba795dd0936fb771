import {
  type Column,
  type Columns,
  type Row,
  type Run,
  type RunFilter,
  type Store,
  StoreError,
} from "../../core/mod.ts";

/** The columns of a row, each with the type of its values. */
export type ColumnsFor<R> = { readonly [K in keyof R]-?: ColumnFor<R[K]> };

type ColumnFor<V> =
  & Omit<Column, "type" | "nullable">
  & { readonly type: TypeFor<NonNullable<V>> }
  & (null extends V ? { readonly nullable: true } : { readonly nullable?: never });

type TypeFor<V> = V extends string ? "text"
  : V extends number ? "integer" | "number"
  : V extends boolean ? "boolean"
  : "time";

/** What rows are read from. */
export type TableSource = Pick<
  Store,
  | "listRuns"
  | "loadTrace"
  | "loadMessages"
  | "usageFacts"
  | "spanFacts"
  | "listEvaluations"
  | "diffsOf"
  | "changesSince"
>;

/** Whose rows: of these runs, or of those that a filter lets through; neither means all. */
export interface RowChoice {
  readonly runs?: readonly Run[];
  readonly filter?: RunFilter;
  readonly nowMs: number;
  /** Told of rows that hold what cannot be, which are left out. */
  readonly onDamaged?: (rows: number) => void;
  /** Told of a run that cannot be read, which is left out. Without it such a run is an error. */
  readonly onDamagedRun?: (runId: string) => void;
}

/** A kind of rows that runs can be read as. */
export interface TableDefinition<R extends Row = Row> {
  /** The word people use for it. */
  readonly name: string;
  /** What a row is, in one line. */
  readonly about: string;
  readonly columns: Columns;
  /** The rows in batches, oldest run first. */
  rows(source: TableSource, choice: RowChoice): AsyncGenerator<readonly R[]>;
}

export const text = (about: string) => ({ type: "text", about }) as const;
export const integer = (about: string, unit?: string) =>
  ({ type: "integer", about, ...(unit === undefined ? {} : { unit }) }) as const;
export const number = (about: string, unit: string) => ({ type: "number", about, unit }) as const;
export const boolean = (about: string) => ({ type: "boolean", about }) as const;
export const time = (about: string) => ({ type: "time", about }) as const;
export const orNull = <C extends Column>(column: C) => ({ ...column, nullable: true }) as const;

/** A time of the store as a date; `null` where there is none. */
export function dateOf(us: number): Date;
export function dateOf(us: number | undefined): Date | null;
export function dateOf(us: number | undefined): Date | null {
  return us === undefined ? null : new Date(us / 1000);
}

const RUNS_PER_PAGE = 1_000;

/** The chosen runs, page by page, oldest first. */
export async function* chosenRuns(
  source: Pick<TableSource, "listRuns">,
  { runs, filter = {} }: RowChoice,
): AsyncGenerator<readonly Run[]> {
  if (runs) return void (yield runs);
  let cursor: string | undefined;
  do {
    const from = cursor === undefined ? {} : { cursor };
    const page = await source.listRuns({ filter, sort: "oldest", limit: RUNS_PER_PAGE, ...from });
    yield page.runs;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

/** What there is to read of a run; nothing of a damaged one that somebody is told of. */
export async function ofSoundRun<T>(
  runId: string,
  { onDamagedRun }: RowChoice,
  read: () => Promise<readonly T[]>,
): Promise<readonly T[]> {
  try {
    return await read();
  } catch (error) {
    if (!onDamagedRun || !(error instanceof StoreError) || !["damaged", "damaged_run"].includes(error.code)) {
      throw error;
    }
    onDamagedRun(runId);
    return [];
  }
}

/** The same choice for what reads figures. */
export function factsQuery({ runs, filter }: RowChoice) {
  if (runs) return { runIds: runs.map((run) => run.runId) };
  return filter ? { filter } : {};
}
