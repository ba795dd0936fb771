import { AgentOpError } from "./errors.ts";
import { isObject, jsonText } from "./json.ts";
import { nearest } from "./text.ts";

const PLACE = /\{\{([^{}]{1,100})\}\}/g;
const ONE_PLACE = /^\s*\{\{([^{}]{1,100})\}\}\s*$/;

/** Columns of a case, by name. */
export type Vars = Readonly<Record<string, unknown>>;

/** Puts columns in the place of each `{{column}}`. Throws `AgentOpError` for a column that is not there. */
export function fillIn(text: string, vars: Vars): string {
  return text.replace(PLACE, (_, name: string) => jsonText(columnOf(name.trim(), vars)));
}

/** The same in every text of a value, keys apart. A text that is one place alone becomes the column's value as it is. */
export function fillInValue(value: unknown, vars: Vars): unknown {
  if (typeof value === "string") {
    const only = ONE_PLACE.exec(value);
    return only ? columnOf(only[1]!.trim(), vars) : fillIn(value, vars);
  }
  if (Array.isArray(value)) return value.map((it) => fillInValue(it, vars));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, fillInValue(it, vars)]));
}

function columnOf(name: string, vars: Vars): unknown {
  if (Object.hasOwn(vars, name)) return vars[name];
  const known = Object.keys(vars);
  throw new AgentOpError(`Cannot fill in {{${name}}}: there is no such column`, {
    remedy: nearest(name, known) ??
      (known.length > 0 ? `one of ${known.slice(0, 20).join(", ")}` : "vars of the case"),
  });
}
