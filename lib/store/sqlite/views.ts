import type { DatabaseSync } from "node:sqlite";
import { decodeBody, ENCODING_PLAIN, hex } from "../codec.ts";
import { selectOf } from "./migrations/0004_views.ts";
import { viewsOf } from "./migrations/0013_experiment_views.ts";

/** The views as they are now. A change of them is a new migration, and a new import here. */
export type { View } from "./migrations/0004_views.ts";
export { viewsOf } from "./migrations/0013_experiment_views.ts";

/** A row shows several columns of one body, and memory the same messages step after step. */
const KEPT_BODIES_MAX = 256;
const KEPT_CHARS_MAX = 64 * 1024;

/** `body_json(hash, encoding, data)` is a body's JSON. */
export function registerBodyJson(sqlite: DatabaseSync): void {
  const kept = new Map<string, string>();
  sqlite.function("body_json", { deterministic: true }, (hash, encoding, data) => {
    if (!(hash instanceof Uint8Array && data instanceof Uint8Array)) return null;
    if (encoding === ENCODING_PLAIN) return decodeBody(encoding, data);
    const key = hex(hash);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const json = decodeBody(Number(encoding), data);
    if (json.length <= KEPT_CHARS_MAX) {
      if (kept.size >= KEPT_BODIES_MAX) kept.delete(kept.keys().next().value!);
      kept.set(key, json);
    }
    return json;
  });
}

/** Puts temporary views that show everything over those of the same names that are kept in the file. */
export function showWholeViews(sqlite: DatabaseSync): void {
  registerBodyJson(sqlite);
  for (const view of viewsOf("whole")) sqlite.exec(`create temp view ${view.name} as ${selectOf(view)}`);
}
