import type { Agreement } from "../../analysis/mod.ts";
import { agreementText } from "../../present/mod.ts";
import type { Look } from "./look.ts";

/** How far people and scorers agree, under a heading; nothing where there is none. */
export function agreementLines(agreement: readonly Agreement[], look: Look): readonly string[] {
  if (agreement.length === 0) return [];
  return ["", look.paint("dim", "AGREEMENT OF PEOPLE AND SCORERS"), ...agreement.map(agreementText)];
}
