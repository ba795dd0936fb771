/** One row of the search grammar: help, documentation and completion are made from these. */
export interface RunTerm {
  /** What it begins with: the term's name, or a sign. */
  readonly name: string;
  /** How it is written, e.g. `status:WORD`. */
  readonly form: string;
  readonly meaning: string;
  readonly example: string;
  /** What completion offers after the name, operator included. */
  readonly offers?: readonly string[];
}

/** Words of `status:`, the stored ones and those that lists show; any beginning of one will do. */
export const STATUS_WORDS = [
  "queued",
  "running",
  "waiting",
  "paused",
  "completed",
  "failed",
  "stopped",
  "cancelled",
  "interrupted",
  "live",
  "done",
  "budget",
  "steps",
  "max_steps",
  "timeout",
  "loop",
  "cut off",
  "cut short",
  "filtered",
  "empty",
  "no call",
  "warned",
] as const;
export type StatusWord = (typeof STATUS_WORDS)[number];

const NAMED = "part of the name, in capitals or not; with = the whole name";
const COMPARED = "with > >= < <= or =";

/** Every term of a search for runs. */
export const RUN_TERMS = [
  {
    name: "status",
    form: "status:WORD,WORD",
    meaning:
      "how it stands or ended, as stored or as lists show it: failed, live, done, budget, steps, time, loop, cut, warned, …",
    example: "status:failed,budget",
    offers: STATUS_WORDS.filter((word) => !word.includes(" ")).map((word) => `:${word}`),
  },
  { name: "id", form: "id:ID", meaning: "the run's id, its beginning or its end", example: "id:04361b2e" },
  { name: "agent", form: "agent:NAME", meaning: `the agent: ${NAMED}`, example: "agent:research" },
  { name: "model", form: "model:NAME", meaning: `the model asked for: ${NAMED}`, example: "model:large" },
  {
    name: "group",
    form: "group:NAME",
    meaning: `the group: ${NAMED}; group="" is none`,
    example: 'group="ablation temp"',
  },
  { name: "user", form: "user:NAME", meaning: `the user: ${NAMED}`, example: "user=ada" },
  {
    name: "tool",
    form: "tool:NAME",
    meaning: `a tool that was called: ${NAMED}`,
    example: "tool:calculator",
  },
  {
    name: "tag",
    form: "tag:KEY or tag:KEY=VALUE",
    meaning: "a tag, with any value or with this one",
    example: "tag:env=dev",
  },
  {
    name: "error",
    form: "error:WORDS",
    meaning: "part of the type or text of the error that ended it; with = the whole type",
    example: "error:429",
  },
  {
    name: "warning",
    form: "warning:WORDS",
    meaning: "part of the type or text of a warning; with = the whole type",
    example: "warning=cut_off",
  },
  {
    name: "since",
    form: "since:WHEN",
    meaning: "started since: an age (90s 15m 24h 7d 2w) or a time",
    example: "since:24h",
  },
  {
    name: "until",
    form: "until:WHEN",
    meaning: "started before: an age or a time",
    example: "until:2026-01-31",
  },
  {
    name: "cost",
    form: "cost>USD",
    meaning: `what is known of the cost, ${COMPARED}; cost:unknown`,
    example: "cost>0.01",
    offers: [">", "<", ":unknown"],
  },
  {
    name: "tokens",
    form: "tokens>N",
    meaning: `tokens in and out, ${COMPARED}; 10k and 1.5M are read`,
    example: "tokens>1000",
    offers: [">", "<"],
  },
  {
    name: "duration",
    form: "duration>TIME",
    meaning: `how long it took, or takes so far, ${COMPARED}; ms s m h, seconds without`,
    example: "duration>1s",
    offers: [">", "<"],
  },
  {
    name: "steps",
    form: "steps>N",
    meaning: `model and tool calls, ${COMPARED}`,
    example: "steps>=10",
    offers: [">", "<", "="],
  },
  {
    name: "retries",
    form: "retries>N",
    meaning: `attempts after the first of each call, ${COMPARED}`,
    example: "retries>0",
    offers: [">", "<", "="],
  },
] as const satisfies readonly RunTerm[];
export type TermName = (typeof RUN_TERMS)[number]["name"];

/** How terms and words are put together. */
export const RUN_SYNTAX: readonly RunTerm[] = [
  {
    name: "word",
    form: "WORD WORD",
    meaning: "all of these words occur in prompt, messages, answer or error; word* is a beginning",
    example: "refund invoice*",
  },
  {
    name: '"',
    form: '"WORDS"',
    meaning: 'words, whatever signs are in them; values too: agent:"my agent"',
    example: '"status:failed"',
  },
  {
    name: "-",
    form: "-TERM",
    meaning: "not; a value or word with a dash before it stands in quotes",
    example: "-status:failed",
  },
  {
    name: "or",
    form: "TERM or TERM",
    meaning: "one of both; terms side by side bind closer",
    example: "status:failed or cost>1",
  },
  {
    name: "(",
    form: "(TERM or TERM) TERM",
    meaning: "holds together",
    example: "(tool:http_get or tool:read_file) -status:done",
  },
];

export const TERM_NAMES: readonly TermName[] = RUN_TERMS.map(({ name }) => name);

export function isTermName(word: string): word is TermName {
  return (TERM_NAMES as readonly string[]).includes(word);
}

export function termOf(name: TermName): RunTerm {
  return RUN_TERMS.find((term) => term.name === name)!;
}
