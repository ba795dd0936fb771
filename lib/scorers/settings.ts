import { z } from "zod";

/** A text; YAML and columns may hold it as a number or as true and false. */
export function textSetting(inner = z.string().min(1)) {
  return z.preprocess(
    (value) => typeof value === "number" || typeof value === "boolean" ? String(value) : value,
    inner,
  );
}

const TEXTS_MAX = 1000;

/** Texts; one alone counts as a list. */
export function textsSetting() {
  return z.preprocess(
    (value) => value === undefined || Array.isArray(value) ? value : [value],
    z.array(textSetting()).min(1).max(TEXTS_MAX),
  );
}
