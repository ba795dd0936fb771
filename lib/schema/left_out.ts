import type { z } from "zod";

/**
 * The value without the known keys that stand there empty (`tools:`): they are left out, and mean what they mean then. Keys that
 * the schema does not know stay, to be complained about.
 */
export function withoutEmpty(schema: z.core.$ZodType, value: unknown): unknown {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "optional":
    case "default":
    case "prefault":
    case "nonoptional":
    case "readonly":
    case "catch":
      return withoutEmpty(def.innerType, value);
    case "pipe":
      return withoutEmpty(def.in, value);
    case "array":
      return Array.isArray(value) ? value.map((item) => withoutEmpty(def.element, item)) : value;
    case "object": {
      if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
      const shape: Readonly<Record<string, z.core.$ZodType>> = def.shape;
      // Not one assignment each: `__proto__` is a key like any other here.
      return Object.fromEntries(
        Object.entries(value).flatMap(([key, item]) => {
          const inner = Object.hasOwn(shape, key) ? shape[key] : undefined;
          if (!inner) return [[key, item]];
          return item === null && !takesNull(inner) ? [] : [[key, withoutEmpty(inner, item)]];
        }),
      );
    }
    default:
      return value;
  }
}

function takesNull(schema: z.core.$ZodType): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === "nullable" || def.type === "unknown" || def.type === "any" || def.type === "null";
}
