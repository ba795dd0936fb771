import type { z } from "zod";

/** The keys that a schema knows at a path of a value; none where it takes any key or several shapes. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "optional":
    case "nullable":
    case "default":
    case "prefault":
    case "nonoptional":
    case "readonly":
    case "catch":
      return keysAt(def.innerType, path);
    case "pipe":
      return keysAt(def.in, path);
    case "array":
      return path.length === 0 ? [] : keysAt(def.element, path.slice(1));
    case "record":
      return path.length === 0 ? [] : keysAt(def.valueType, path.slice(1));
    case "object": {
      const [key, ...rest] = path;
      if (key === undefined) return Object.keys(def.shape);
      const inner = Object.hasOwn(def.shape, key) ? def.shape[key as string] : undefined;
      return inner ? keysAt(inner, rest) : [];
    }
    default:
      return [];
  }
}
