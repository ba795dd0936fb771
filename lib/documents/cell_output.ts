/** What a cell made, in the words of a notebook file. */
export type CellOutput =
  | { readonly output_type: "stream"; readonly name: string; text: string }
  | {
    readonly output_type: "display_data";
    data: Readonly<Record<string, unknown>>;
    metadata: Readonly<Record<string, unknown>>;
  }
  | {
    readonly output_type: "execute_result";
    readonly execution_count: number | null;
    data: Readonly<Record<string, unknown>>;
    metadata: Readonly<Record<string, unknown>>;
  }
  | {
    readonly output_type: "error";
    readonly ename: string;
    readonly evalue: string;
    readonly traceback: readonly string[];
  };
