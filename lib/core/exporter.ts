import type { Columns, Row } from "./columns.ts";
import type { Run } from "./run.ts";
import type {
  DiffStore,
  EvaluationReader,
  FactsReader,
  ForkStore,
  RunReader,
  StoreChanges,
  TableStore,
} from "./store_ports.ts";

/** What an exporter may read. */
export type ExportSource =
  & Pick<RunReader, "listRuns" | "loadTrace" | "loadMessages" | "childRuns">
  & Pick<ForkStore, "forksOf">
  & Pick<DiffStore, "diffsOf">
  & Pick<StoreChanges, "changesSince">
  & EvaluationReader
  & FactsReader
  & TableStore;

export interface ExportRequest {
  readonly source: ExportSource;
  /** In the order they were named or found. Absent: all of the store. */
  readonly runs?: readonly Run[];
  readonly nowMs: number;
  /** Whose times are written: an IANA name. */
  readonly timeZone: string;
  readonly signal: AbortSignal;
}

interface ExportFormat {
  /** The word after `agentop export`. */
  readonly name: string;
  /** One line of help: what comes out. */
  readonly description: string;
  /** Of its files, without the dot. */
  readonly extension: string;
  /** More help: sentences, the first about what somebody who gets the file will see. */
  readonly notes: string;
  /** Command lines after `agentop export NAME`. */
  readonly examples: readonly string[];
  /** What can be done with a file that was written, after "Wrote FILE, SIZE: ". */
  readonly use: string;
}

/** One text about a run that was named, or about the difference of two. */
export interface TextExporter extends ExportFormat {
  readonly takes: "named_runs";
  /** Throws `AgentOpError` for runs that cannot be shown. */
  text(request: ExportRequest): Promise<string>;
}

/** One file about any number of runs, chosen as in `agentop runs`; without a choice about all. */
export interface FileExporter extends ExportFormat {
  readonly takes: "chosen_runs";
  /** Endings of files that stand beside one that some program has open: then it must not be replaced. */
  readonly besideWhenOpen: readonly string[];
  /** Writes the file `path`, which does not exist yet; what is left when it throws is removed by the caller. */
  write(request: ExportRequest, path: string): Promise<void>;
}

/** Rows of one kind (runs, spans, messages, …) of any number of runs. */
export interface TableExporter extends ExportFormat {
  readonly takes: "one_table";
  /** Its files can be printed. */
  readonly isText: boolean;
  /** Hands the file over piece by piece, each before the next is made. */
  write(
    columns: Columns,
    batches: AsyncIterable<readonly Row[]>,
    sink: (piece: Uint8Array) => Promise<void>,
  ): Promise<void>;
}

/** A way out of the store, for somebody who has neither the program nor the store. */
export type Exporter = TextExporter | FileExporter | TableExporter;
