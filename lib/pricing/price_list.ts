import { UNITS } from "../core/mod.ts";
import { MISTRAL_OVERLAY } from "./overlay.ts";
import { dayOf, holdsOn, namesOf } from "./price_table.ts";

/** Models with a price of their own, whatever they are for. */
export function pricedModels(): readonly string[] {
  return [...new Set(MISTRAL_OVERLAY.models.map((entry) => entry.id))];
}

const BUILT_IN: ReadonlySet<string> = new Set(
  MISTRAL_OVERLAY.models.flatMap(({ id, aliases = [] }) => [id, ...aliases.map(({ name }) => name)]),
);

/** Whether a name is, or was, one of the built-in list's: nobody's own model can be called that. */
export function isBuiltInModel(model: string): boolean {
  return namesOf(model).some((name) => BUILT_IN.has(name));
}

/** Models that write text and have a price at `nowMs`, under every name they have then. */
export function modelsOnSale(nowMs: number): readonly string[] {
  const day = dayOf(nowMs) ?? "";
  return MISTRAL_OVERLAY.models
    .filter((entry) => holdsOn(day, entry) && (entry.usdPerMillion[UNITS.output] ?? 0) > 0)
    .flatMap(({ id, aliases = [] }) => [
      id,
      ...aliases.filter((alias) => holdsOn(day, alias)).map(({ name }) => name),
    ]);
}
