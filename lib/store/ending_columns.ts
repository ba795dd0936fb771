import type { RunChange, RunError } from "../core/mod.ts";
import type { RunRow } from "./schema.ts";

/** Texts as JSON: a lone surrogate would not survive as text. */
export function errorColumns(
  error: RunError | undefined,
): Pick<RunRow, "error_type" | "error_message" | "error_remedy"> {
  return {
    error_type: error?.type ?? null,
    error_message: error ? JSON.stringify(error.message) : null,
    error_remedy: error?.remedy === undefined ? null : JSON.stringify(error.remedy),
  };
}

/** Only what is given. */
export function endingColumns(
  { finishReason, warnings }: Pick<RunChange, "finishReason" | "warnings">,
): Partial<Pick<RunRow, "finish_reason" | "warnings">> {
  const json = (value: unknown) => value === null ? null : JSON.stringify(value);
  return {
    ...(finishReason === undefined ? {} : { finish_reason: json(finishReason) }),
    ...(warnings === undefined ? {} : { warnings: json(warnings) }),
  };
}
