import {
  AgentOpError,
  type Evaluation,
  type Host,
  nowUs,
  oneLine,
  type Run,
  type RunJournal,
} from "../core/mod.ts";

const NAME_MAX_CHARS = 80;
const TEXT_MAX_CHARS = 2_000;
const SCORES_MAX = 100;

/** One thing that a person says of a run: a figure, a word, or both. */
export interface HandScore {
  readonly name: string;
  /** On the person's own scale; `human` takes those from 0 to 1. */
  readonly value?: number | undefined;
  /** `pass` and `fail` are what they say; any other word is the person's own. */
  readonly label?: string | undefined;
}

export interface HandScoring {
  /** Why. */
  readonly comment?: string | undefined;
  /** The step that is judged, when not the whole run. */
  readonly spanId?: string | undefined;
}

/** Keeps what a person says of a run: all of it or, when one is not right, nothing. Throws `AgentOpError`. */
export async function scoreByHand(
  { store, host }: { readonly store: Pick<RunJournal, "write">; readonly host: Host },
  run: Run,
  scores: readonly HandScore[],
  scoring: HandScoring = {},
): Promise<readonly Evaluation[]> {
  const evaluations = handEvaluations(host, run, scores, scoring);
  await store.write(evaluations.map((evaluation) => ({ type: "evaluation", evaluation })));
  return evaluations;
}

/** What a person says of a run, to be kept. Throws `AgentOpError` when one is not right. */
export function handEvaluations(
  host: Host,
  run: Pick<Run, "runId" | "traceId">,
  scores: readonly HandScore[],
  { comment, spanId }: HandScoring = {},
): readonly Evaluation[] {
  const refuse = (reason: string, remedy: string): never => {
    throw new AgentOpError(`Cannot score ${run.runId}: ${reason}`, { remedy });
  };
  if (scores.length === 0) refuse("nothing says what to score", "helpful=0.8");
  if (scores.length > SCORES_MAX) refuse(`more than ${SCORES_MAX} scores at once`, "fewer");
  for (const { name, value, label } of scores) {
    // deno-lint-ignore no-control-regex
    if (!/^[^\s\x00-\x1f=](?:[^\x00-\x1f=]*[^\s\x00-\x1f=])?$/.test(name) || name.length > NAME_MAX_CHARS) {
      refuse(`"${name.slice(0, NAME_MAX_CHARS)}" cannot be a name`, "helpful=0.8");
    }
    if (value === undefined && label === undefined) {
      refuse(`${name} has neither value nor label`, `${name}=0.8`);
    }
    if (value !== undefined && !Number.isFinite(value)) refuse(`${name} is no number`, `${name}=0.8`);
    if ((label ?? "").length > TEXT_MAX_CHARS) refuse(`the label of ${name} is too long`, "--comment TEXT");
  }
  if ((comment ?? "").length > TEXT_MAX_CHARS) {
    refuse(`the comment is longer than ${TEXT_MAX_CHARS} characters`, "a shorter one");
  }
  const createdAtUs = nowUs(host);
  return scores.map(({ name, value, label }): Evaluation => ({
    evalId: host.newId(),
    traceId: run.traceId,
    ...(spanId === undefined ? {} : { spanId }),
    name,
    ...(value === undefined ? {} : { value }),
    ...(label === undefined ? {} : { label }),
    ...(comment === undefined || comment === "" ? {} : { explanation: comment }),
    ...(label === "pass" || label === "fail" ? { passed: label === "pass" } : {}),
    source: "human",
    createdAtUs,
  }));
}

/** Several of them as one line is typed: `helpful=0.8 tone=very friendly`. */
export function parseHandScores(line: string, label?: string): readonly HandScore[] {
  const words = line.trim().split(/\s+/);
  const texts: string[] = [];
  for (const word of words) {
    // A word without a name goes on with the value before it.
    if (word.includes("=") || texts.length === 0) texts.push(word);
    else texts.push(`${texts.pop()} ${word}`);
  }
  return texts.map((text) => parseHandScore(text, label));
}

/** `NAME=VALUE` as it is typed: a number; `pass` and `fail`, also with a value of 1 and 0; or a word of one's own. */
export function parseHandScore(text: string, label?: string): HandScore {
  const at = text.indexOf("=");
  const [name, written] = at < 0 ? [text.trim(), ""] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (name === "" || written === "") {
    throw new AgentOpError(
      `Cannot read the score ${JSON.stringify(text.slice(0, NAME_MAX_CHARS))}: it is not NAME=VALUE`,
      {
        remedy: "helpful=0.8, or tone=friendly",
      },
    );
  }
  if (/^[-+]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})$/.test(written)) {
    return { name, value: Number(written), ...(label === undefined ? {} : { label }) };
  }
  const verdict =
    { pass: true, true: true, yes: true, fail: false, false: false, no: false }[written.toLowerCase()];
  if (verdict !== undefined) {
    return { name, value: verdict ? 1 : 0, label: label ?? (verdict ? "pass" : "fail") };
  }
  if (/^[{[]/.test(written)) {
    throw new AgentOpError(
      `Cannot read the score ${JSON.stringify(oneLine(text, NAME_MAX_CHARS))}: it is no word`,
      {
        remedy: `--scorer '${name}=…' for a scorer with settings`,
      },
    );
  }
  if (label !== undefined) {
    throw new AgentOpError(
      `Cannot read the score ${
        JSON.stringify(text.slice(0, NAME_MAX_CHARS))
      }: it is no number, and --label is a word already`,
      {
        remedy: `${name}=0.8 --label ${label}`,
      },
    );
  }
  return { name, label: written };
}
