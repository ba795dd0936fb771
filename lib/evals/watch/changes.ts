import type { AgentConfig } from "../../agent/mod.ts";
import { configEdits } from "../config_edits.ts";
import type { SuiteState, WatchedVariant } from "./state.ts";

const KEYS_NAMED = 4;
const CASES_NAMED = 3;

/** What was saved, in words, a line each: `small: instructions (line 2), parameters.temperature`. Empty: nothing that is run. */
export function suiteChanges(before: SuiteState, after: SuiteState): readonly string[] {
  return [
    ...(before.manner === after.manner ? [] : ["how the suite is run"]),
    ...variantChanges(before.variants, after.variants),
    ...caseChanges(before.cases, after.cases),
  ];
}

function variantChanges(before: readonly WatchedVariant[], after: readonly WatchedVariant[]): string[] {
  const known = new Map(before.map((it) => [it.name, it]));
  const left = new Set(after.map((it) => it.name));
  // Variants of one agent change alike: said once.
  const changed = Map.groupBy(
    after.flatMap((it) => {
      const earlier = known.get(it.name);
      if (!earlier) return [{ name: it.name, what: "new" }];
      return earlier.hash === it.hash ? [] : [{ name: it.name, what: agentChanges(earlier, it) }];
    }),
    (it) => it.what,
  );
  return [
    ...[...changed].map(([what, variants]) => `${variants.map((it) => it.name).join(", ")}: ${what}`),
    ...before.filter((it) => !left.has(it.name)).map((it) => `${it.name}: gone`),
  ];
}

function agentChanges(before: WatchedVariant, after: WatchedVariant): string {
  const [own, ...others] = after.agents;
  const earlier = new Map(before.agents.map((it) => [it.name, it]));
  const told = [
    ...(own && before.agents[0] ? keysOf(before.agents[0], own) : []),
    ...others.flatMap((it) => {
      const known = earlier.get(it.name);
      return known ? keysOf(known, it).map((key) => `${it.name}'s ${key}`) : [];
    }),
  ];
  if (told.length === 0) return "its agent";
  const more = told.length - KEYS_NAMED;
  return told.slice(0, KEYS_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function keysOf(before: AgentConfig, after: AgentConfig): readonly string[] {
  const keys = configEdits(before, after).map(({ key, line }) =>
    line === undefined ? key : `${key} (line ${line})`
  );
  return [
    ...keys,
    ...(["name", "description", "approve", "baseDir"] as const).filter((key) => before[key] !== after[key]),
    ...(JSON.stringify(before.retry) === JSON.stringify(after.retry) ? [] : ["retry"]),
  ];
}

function caseChanges(before: SuiteState["cases"], after: SuiteState["cases"]): string[] {
  const known = new Map(before.map((it) => [it.id, it.hash]));
  const left = new Set(after.map((it) => it.id));
  const lines = [
    ["changed", after.filter(({ id, hash }) => known.has(id) && known.get(id) !== hash)],
    ["new", after.filter(({ id }) => !known.has(id))],
    ["gone", before.filter(({ id }) => !left.has(id))],
  ] as const;
  return lines.filter(([, cases]) => cases.length > 0).map(([what, cases]) => {
    const named = cases.slice(0, CASES_NAMED).map((it) => it.id).join(", ");
    const more = cases.length - CASES_NAMED;
    return `${cases.length === 1 ? "case" : "cases"} ${named}${more > 0 ? ` and ${more} more` : ""}: ${what}`;
  });
}
