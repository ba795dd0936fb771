import type { AddedCells, Shown } from "../../app/mod.ts";
import { plural } from "../../present/mod.ts";
import { fieldOf, type TextField } from "../draw/text_field.ts";

/** The question which notebook, while it is open. */
export interface NotebookPrompt {
  readonly field: TextField;
  readonly shown: Shown;
  readonly problem?: string;
}

/** What is asked first; later, what was written to last. */
export const NOTEBOOK_NAME = "runs.ipynb";

export function notebookPrompt(shown: Shown, name: string): NotebookPrompt {
  return { field: fieldOf(name), shown };
}

/** What was done, for a notice. */
export function addedText({ path, isNew, cells }: AddedCells): string {
  return isNew ? `Wrote ${path}: ${plural(cells, "cell")}` : `Added ${plural(cells, "cell")} to ${path}`;
}
