import {
  ALERT_METRICS,
  ALERT_VARIABLES,
  oneLine,
  RUN_STATUSES,
  type RunStatus,
  shortRunId,
} from "../../../core/mod.ts";
import type { AppConfig } from "../../../app/mod.ts";
import type { SharedValue, StoreHints } from "../../../store/mod.ts";
import type { Candidate, Offer } from "./candidate.ts";
import { TOPICS } from "../../reference/topics.ts";
import { commandsOf, type Cursor } from "./cursor.ts";

/** Runs offered at once. */
const RUNS_MAX = 40;
const ABOUT_MAX_CHARS = 60;

/** What values are looked up with. */
export interface Lookup {
  /** Read when a value needs it: it fails for a bad variable, and names of commands do not depend on it. */
  readonly config: () => AppConfig;
  readonly nowMs: number;
}

type Values = (cursor: Cursor, lookup: Lookup) => Promise<Offer> | Offer;

/**
 * What an argument or a flag's value may be, by the name it has in brackets (`show <run>`, `--agent <agent>`); where one name
 * stands for different things, by the flag. A command that uses these names needs nothing else.
 */
export const VALUES: Readonly<Record<string, Values>> = {
  run: runsOrExperiments,
  good: knownRuns,
  bad: knownRuns,
  other: knownRuns,
  left: knownRuns,
  right: knownRuns,
  experiment: knownExperiments,
  before: knownExperiments,
  after: knownExperiments,
  suite: suitesAndFiles,
  "--suite": async (_, { config }) => ({
    candidates: (await hinted(config, (hints) => hints.suites())).map(asCandidate),
  }),
  agent: agentsAndFiles,
  metric: ({ word }) => ({ candidates: listed(word, ALERT_METRICS) }),
  rule: async (_, { config }) => ({
    candidates: (await hinted(config, (hints) => hints.alertRules())).map(asCandidate),
  }),
  variable: () => ({ candidates: ALERT_VARIABLES.map(asCandidate) }),
  group: (_, lookup) => shared("group", lookup),
  user: (_, lookup) => shared("user", lookup),
  model: async (_, lookup) => ({ candidates: await models(lookup) }),
  status: ({ word }) => ({ candidates: listed(word, RUN_STATUSES) }),
  scorer: async () => ({
    candidates: (await import("../../../scorers/mod.ts")).SCORER_NAMES.map(asCandidate),
  }),
  table: async () => {
    const { TABLE_LIST } = await (await import("../../../analysis/mod.ts")).loadTables();
    return { candidates: TABLE_LIST.map(({ name, about }) => ({ value: name, about })) };
  },
  chart: async () => {
    const { CHARTS } = await import("../../../charts/mod.ts");
    return {
      candidates: [...CHARTS.map(({ name, about }) => ({ value: name, about })), { value: "list" }],
    };
  },
  command: ({ outer, before }) => ({
    candidates: [
      ...commandsAfter(outer, before),
      ...(before.length === 0 ? TOPICS.map(({ name, about }) => ({ value: name, about })) : []),
    ],
  }),
  file: () => ({ candidates: [], then: "files" }),
  path: () => ({ candidates: [], then: "files" }),
  url: () => ({ candidates: [], then: "files" }),
  dir: () => ({ candidates: [], then: "folders" }),
  "--set": overrides,
  "--edit": ({ word }) => word.includes("=") ? { candidates: [], then: "files" } : { candidates: [] },
};

function asCandidate(value: string): Candidate {
  return { value };
}

/** Those of a command, as candidates. */
export function commandsIn(command: Cursor["command"]): readonly Candidate[] {
  return commandsOf(command).map((it) => ({ value: it.name(), about: it.description() }));
}

/** For `help db …`: those of the command that `names` lead to. */
function commandsAfter(outer: Cursor["outer"], names: readonly string[]): readonly Candidate[] {
  const found = names.reduce(
    (command, name) => command && commandsOf(command).find((it) => it.name() === name),
    outer,
  );
  return found ? commandsIn(found) : [];
}

/** For whom only some runs make sense. */
const RUNS_FOR: Readonly<Record<string, readonly RunStatus[]>> = {
  stop: ["queued", "running", "waiting", "paused"],
  tell: ["running", "waiting", "paused"],
  set: ["running", "waiting", "paused"],
  pause: ["running", "waiting"],
  resume: ["paused", "interrupted", "stopped", "cancelled", "failed"],
  watch: ["queued", "running", "waiting", "paused"],
};

async function knownRuns({ command, word }: Cursor, { config, nowMs }: Lookup): Promise<Offer> {
  const { age } = await import("../../../present/mod.ts");
  const status = RUNS_FOR[command.name()];
  const last = status ? [] : lastOf("run", word);
  const begin = word.toLowerCase();
  const found = await hinted(
    config,
    (hints) => hints.runs(begin, { limit: RUNS_MAX, ...(status ? { status } : {}) }),
  );
  const candidates = found.map(({ runId, agent, status, startTimeUs, prompt }) => ({
    // As lists show it, unless the beginning of the whole id is typed.
    value: shortRunId(runId).startsWith(begin) ? shortRunId(runId) : runId,
    about: oneLine(`${age(startTimeUs / 1000, nowMs)} ${agent} ${status}: ${prompt}`, ABOUT_MAX_CHARS),
  }));
  return { candidates: [...last, ...candidates] };
}

/** `last`, or those before it where that is begun. */
function lastOf(what: string, word: string): readonly Candidate[] {
  if (!/^last~\d*$/.test(word)) return [{ value: "last", about: `the newest ${what}` }];
  return Array.from(
    { length: 9 },
    (_, n) => ({ value: `last~${n + 1}`, about: `${n + 1} before the newest ${what}` }),
  );
}

/** What a store says, where there is one. */
async function hinted<T>(
  config: Lookup["config"],
  look: (hints: StoreHints) => readonly T[],
): Promise<readonly T[]> {
  const { openHints } = await import("../../../store/mod.ts");
  using hints = await openHints(config().storePath).catch(() => undefined);
  return hints ? look(hints) : [];
}

/** What a chart is drawn of. */
async function runsOrExperiments(cursor: Cursor, lookup: Lookup): Promise<Offer> {
  const [name] = cursor.before;
  if (cursor.command.name() !== "chart" || name === undefined) return await knownRuns(cursor, lookup);
  const { CHARTS } = await import("../../../charts/mod.ts");
  const isOfExperiments = CHARTS.find((it) => it.name === name)?.of === "experiments";
  return await (isOfExperiments ? knownExperiments : knownRuns)(cursor, lookup);
}

/** After a slash the variants of the one before it. */
async function knownExperiments({ word }: Cursor, { config, nowMs }: Lookup): Promise<Offer> {
  const { age } = await import("../../../present/mod.ts");
  const slash = word.indexOf("/");
  if (slash >= 0) {
    const named = word.slice(0, slash);
    const place = /^last(?:~(\d{1,3}))?$/.exec(named);
    const found = await hinted(
      config,
      (hints) =>
        hints.experiments(place ? "" : named.toLowerCase(), { limit: place ? Number(place[1] ?? 0) + 1 : 2 }),
    );
    const one = place ? found[Number(place[1] ?? 0)] : found.length === 1 ? found[0] : undefined;
    return { candidates: (one?.variants ?? []).map((variant) => asCandidate(`${named}/${variant}`)) };
  }
  const begin = word.toLowerCase();
  const found = await hinted(config, (hints) => hints.experiments(begin, { limit: RUNS_MAX }));
  const candidates = found.map(({ experimentId, suite, status, startTimeUs, variants }) => ({
    value: shortRunId(experimentId).startsWith(begin) ? shortRunId(experimentId) : experimentId,
    about: oneLine(
      `${age(startTimeUs / 1000, nowMs)} ${suite} ${status}: ${variants.join(", ")}`,
      ABOUT_MAX_CHARS,
    ),
  }));
  return { candidates: [...lastOf("experiment", word), ...candidates] };
}

async function suitesAndFiles({ word }: Cursor): Promise<Offer> {
  if (/[/\\]|^\.|\.ya?ml$/i.test(word)) return { candidates: [], then: "files" };
  const { suiteNames } = await import("../../../evals/mod.ts");
  return { candidates: (await suiteNames()).map(asCandidate) };
}

async function shared(of: SharedValue, { config }: Lookup): Promise<Offer> {
  return { candidates: (await hinted(config, (hints) => hints.values(of))).map(asCandidate) };
}

async function agentsAndFiles({ word }: Cursor, { config }: Lookup): Promise<Offer> {
  if (/[/\\]|^\.|\.ya?ml$/i.test(word)) return { candidates: [], then: "files" };
  const { agentNames } = await import("../../../app/mod.ts");
  const names = await agentNames(config());
  return { candidates: names.map(({ name, path }) => ({ value: name, about: path ?? "built in" })) };
}

/** Those that were used first. */
async function models({ config, nowMs }: Lookup): Promise<readonly Candidate[]> {
  const [{ chatModels }, used] = await Promise.all([
    import("../../../app/mod.ts"),
    shared("model", { config, nowMs }),
  ]);
  const known = (await chatModels(config(), nowMs)).map(asCandidate);
  return [...used.candidates, ...known];
}

async function overrides({ word }: Cursor, lookup: Lookup): Promise<Offer> {
  const begun = /^model=/.exec(word)?.[0];
  if (begun !== undefined) {
    return { candidates: (await models(lookup)).map((it) => ({ ...it, value: `${begun}${it.value}` })) };
  }
  const { overrideKeys } = await import("../../../agent/mod.ts");
  return {
    candidates: [...(await overrideKeys()).map((key) => ({ value: `${key}=` })), { value: "tools." }],
    goesOn: true,
  };
}

/** The last of `a,b,…` is what is being typed. */
function listed(word: string, values: readonly string[]): readonly Candidate[] {
  const done = word.slice(0, word.lastIndexOf(",") + 1);
  const given = done.split(",");
  return values.filter((it) => !given.includes(it)).map((it) => ({ value: `${done}${it}` }));
}
