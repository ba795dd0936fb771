import { AgentOpError, isObject, reasonOf, tryParseJson } from "../core/mod.ts";
import type { CellOutput } from "./cell_output.ts";

/** The kernel's name in notebook files and in Jupyter's folders. */
export const KERNEL_NAME = "agentop";

/** A cell as a notebook file has it; what is not named here stays as it is. */
export interface NotebookCell {
  readonly cell_type: string;
  readonly id?: string;
  source: string | readonly string[];
  outputs?: readonly CellOutput[];
  execution_count?: number | null;
  readonly [key: string]: unknown;
}

/** A notebook file, format 4. */
export interface NotebookFile {
  readonly cells: NotebookCell[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nbformat: number;
  readonly nbformat_minor: number;
}

const FILE_MAX_BYTES = 64 * 1024 * 1024;

/** Reads a notebook. Throws `AgentOpError` for what is none. */
export async function readNotebook(path: string): Promise<NotebookFile> {
  const refuse = (why: string) => new AgentOpError(`Cannot read the notebook ${path}: ${why}`);
  let text: string;
  try {
    if ((await Deno.stat(path)).size > FILE_MAX_BYTES) throw refuse("it is too large");
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw error instanceof AgentOpError ? error : refuse(reasonOf(error));
  }
  const file = tryParseJson(text);
  if (!isObject(file) || file.nbformat !== 4 || !Array.isArray(file.cells) || !file.cells.every(isCell)) {
    throw refuse("it is no notebook of format 4");
  }
  return file as unknown as NotebookFile;
}

function isCell(value: unknown): boolean {
  if (!isObject(value) || typeof value.cell_type !== "string") return false;
  const { source, outputs } = value;
  const isText = typeof source === "string" ||
    Array.isArray(source) && source.every((it) => typeof it === "string");
  return isText && (outputs === undefined || Array.isArray(outputs) && outputs.every(isObject));
}

/** What a cell says, in one piece. */
export function sourceOf({ source }: NotebookCell): string {
  return typeof source === "string" ? source : source.join("");
}

/** The text of a file, as Jupyter writes it: a line of a cell is a line of the file. */
export function notebookText(notebook: NotebookFile): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: linesOf(sourceOf(cell)),
    ...(cell.outputs ? { outputs: cell.outputs.map(inLines) } : {}),
  }));
  return `${JSON.stringify({ ...notebook, cells }, null, 1)}\n`;
}

function inLines(output: CellOutput): unknown {
  if (output.output_type === "stream") return { ...output, text: linesOf([output.text].flat().join("")) };
  if (!("data" in output)) return output;
  const data = Object.entries(output.data).map(([type, value]) => [
    type,
    typeof value === "string" && type.startsWith("text/") ? linesOf(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) };
}

function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** A cell to be written: words, or code. */
export interface NewCell {
  readonly kind: "markdown" | "code";
  readonly text: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A notebook without outputs. */
export function newNotebook(cells: readonly NewCell[]): NotebookFile {
  return appendCells({
    cells: [],
    metadata: {
      kernelspec: { name: KERNEL_NAME, display_name: "AgentOp Studio (Deno)", language: "typescript" },
      language_info: { name: "typescript", file_extension: ".ts", mimetype: "text/x.typescript" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  }, cells);
}

/** Cells have names since this version of format 4. */
const MINOR_WITH_IDS = 5;

/** The notebook with cells at its end; what it has stays as it is. */
export function appendCells(notebook: NotebookFile, cells: readonly NewCell[]): NotebookFile {
  const taken = new Set(notebook.cells.map(({ id }) => id));
  const hasIds = notebook.nbformat_minor >= MINOR_WITH_IDS;
  let number = notebook.cells.length;
  const nextId = () => {
    while (taken.has(`cell-${++number}`)) { /* the next one */ }
    return `cell-${number}`;
  };
  const added = cells.map(({ kind, text, metadata = {} }): NotebookCell => ({
    cell_type: kind,
    ...(hasIds ? { id: nextId() } : {}),
    metadata,
    source: text,
    ...(kind === "code" ? { execution_count: null, outputs: [] } : {}),
  }));
  return { ...notebook, cells: [...notebook.cells, ...added] };
}
