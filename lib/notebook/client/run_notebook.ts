import { dirname, resolve } from "node:path";
import { AgentOpError } from "../../core/mod.ts";
import { type NotebookFile, readNotebook, sourceOf } from "../../documents/mod.ts";
import type { CellResult } from "./kernel_client.ts";
import { StartedKernel } from "./start_kernel.ts";

export interface RunNotebookOptions {
  /** Variables for its cells, over those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** A cell that takes longer is interrupted, and has failed. @default 60000 */
  readonly cellMaxMs?: number;
  /** Told of each code cell that is over; numbers count from 1. */
  readonly onCell?: (
    done: { readonly cell: number; readonly cells: number; readonly durationMs: number },
  ) => void;
}

/** Time for a cell to end once it was told to. */
const INTERRUPT_MAX_MS = 5_000;

/**
 * Runs a notebook from its first cell to its last, in its folder, and gives it back with the new outputs. Throws `AgentOpError`
 * with the number of the cell for one that fails or takes too long; nothing is written.
 */
export async function runNotebook(path: string, options: RunNotebookOptions = {}): Promise<NotebookFile> {
  const notebook = await readNotebook(path);
  await using kernel = await StartedKernel.start(dirname(resolve(path)), options.env);
  const codeCells = notebook.cells.filter((it) => it.cell_type === "code");
  let number = 0;
  const done = new Map<unknown, CellResult>();
  for (const cell of codeCells) {
    number++;
    const begun = performance.now();
    const result = await withLimit(kernel, sourceOf(cell), options.cellMaxMs ?? 60_000)
      .catch((error) => Promise.reject(failure(path, number, String(error.message))));
    const error = result.outputs.find((it) => it.output_type === "error");
    if (error) throw failure(path, number, `${error.ename}: ${error.evalue}`, error.traceback.join("\n"));
    done.set(cell, result);
    options.onCell?.({ cell: number, cells: codeCells.length, durationMs: performance.now() - begun });
  }
  const cells = notebook.cells.map((cell) => {
    const result = done.get(cell);
    return result ? { ...cell, outputs: result.outputs, execution_count: result.executionCount } : cell;
  });
  return { ...notebook, cells };
}

async function withLimit(kernel: StartedKernel, code: string, limitMs: number): Promise<CellResult> {
  const tooLong = new Error(`it took longer than ${limitMs / 1000} s`);
  const stuck = Promise.withResolvers<never>();
  let isLate = false;
  let timer = setTimeout(() => {
    isLate = true;
    void kernel.interrupt().catch(() => {});
    timer = setTimeout(() => stuck.reject(tooLong), INTERRUPT_MAX_MS);
  }, limitMs);
  try {
    const result = await Promise.race([kernel.client.execute(code), stuck.promise]);
    if (isLate) throw tooLong;
    return result;
  } finally {
    clearTimeout(timer);
  }
}

function failure(path: string, cell: number, why: string, trace?: string): AgentOpError {
  return new AgentOpError(`Cannot run ${path}: cell ${cell}: ${why}`, {
    exitCode: 1,
    ...(trace ? { cause: trace } : {}),
  });
}
