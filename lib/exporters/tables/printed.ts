import type { Row } from "../../core/mod.ts";

/** Writes each row as a line, batch by batch. */
export async function printed(
  batches: AsyncIterable<readonly Row[]>,
  line: (row: Row) => string,
  sink: (piece: Uint8Array) => Promise<void>,
): Promise<void> {
  const encoder = new TextEncoder();
  for await (const rows of batches) {
    if (rows.length > 0) await sink(encoder.encode(rows.map(line).join("")));
  }
}
