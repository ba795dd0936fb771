import type { Span } from "../core/mod.ts";

/** An attribute of a span, where it is a text. */
export function textAttribute({ attributes }: Pick<Span, "attributes">, name: string): string | undefined {
  const value = attributes[name];
  return typeof value === "string" ? value : undefined;
}

/** An attribute of a span, where it is a finite number. */
export function numberAttribute({ attributes }: Pick<Span, "attributes">, name: string): number | undefined {
  const value = attributes[name];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
