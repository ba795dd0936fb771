import { clamp } from "../draw/scroll.ts";
import { fuzzyFilter } from "../draw/fuzzy.ts";
import { fieldOf, type TextField } from "../draw/text_field.ts";
import type { TuiServices } from "../ports.ts";

const MODELS_MAX = 500;

/** Walking down the models that fit: what was typed before, and which of them. */
export interface ModelWalk {
  readonly typed: string;
  readonly index: number;
}

/**
 * Models of runs so far, of the agent files, and others there are; the likely ones first. A source that cannot be read is left out:
 * suggestions are a help, not a need.
 */
export async function modelNames(services: TuiServices): Promise<readonly string[]> {
  const [used, named, others] = await Promise.all([
    services.store.costBy("model").then((rows) =>
      rows.filter((row) => row.damagedRows === undefined).map((row) => row.key)
    ).catch(() => []),
    services.agents().then((agents) => agents.map(({ model }) => model)).catch(() => []),
    services.chatModels?.().catch(() => []) ?? [],
  ]);
  return [...new Set([...used, ...named, ...others].filter((name) => name !== ""))].slice(0, MODELS_MAX);
}

/** Those that hold what is typed, or else its letters in their order. */
export function fitting<T extends { readonly name: string }>(
  models: readonly T[],
  typed: string,
): readonly T[] {
  const words = typed.trim().toLowerCase();
  const fits = models.filter(({ name }) => name.toLowerCase().includes(words));
  return fits.length > 0 ? fits : fuzzyFilter(models, words, ({ name }) => name);
}

/** So many further down; above the first is what was typed. */
export function walkedOn(
  fits: readonly { readonly name: string }[],
  { typed, index }: ModelWalk,
  steps: number,
): { readonly walk?: ModelWalk; readonly field: TextField } {
  const at = clamp(index + steps, -1, fits.length - 1);
  const named = fits[at];
  return named ? { walk: { typed, index: at }, field: fieldOf(named.name) } : { field: fieldOf(typed) };
}
