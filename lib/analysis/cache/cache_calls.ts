import { ATTR, isObject, type Run, type Span, type Trace, UNITS, type Usage } from "../../core/mod.ts";
import { textAttribute } from "../attributes.ts";
import { configPart } from "../run_config.ts";
import { sentRequest } from "../sent_request.ts";
import { stepsOf } from "../steps.ts";
import { attemptsOf } from "../span_tree.ts";
import { type Prompt, promptOf } from "./prompt_parts.ts";

/** A model call that went to a server, as a cache sees it. */
export interface SentCall {
  readonly run: Run;
  readonly span: Span;
  readonly step: number;
  readonly model: string;
  readonly prompt: Prompt;
  /** Bytes before the first message of a user: what calls of different questions can share. */
  readonly fixedBytes: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  /** What a token costs less from a cache, USD; `null`: unknown. */
  readonly usdPerToken: number | null;
  /** Where it went, as far as is known. */
  readonly server: string;
  /** What a person set as the key of the cache: `off`, a name, or nothing. */
  readonly key: string | undefined;
}

/** The calls of a run that were sent and counted, in order; those that a recording answered or another run made are none. */
export function sentCalls(trace: Trace): readonly SentCall[] {
  const { run } = trace;
  const from = run.forkedFrom?.step ?? 1;
  return stepsOf(trace).flatMap((span): readonly SentCall[] => {
    const { usage, inputMessages } = span;
    const isSent = span.kind === "llm" && span.attributes[ATTR.modelSource] !== "recorded" &&
      (span.step ?? 1) >= from;
    if (!isSent || !usage || !isRead(usage) || !inputMessages?.length) return [];
    const { model, tools, messages } = sentRequest(run, span);
    const prompt = promptOf(tools.filter(isObject) as unknown as typeof tools, messages);
    const user = prompt.parts.findIndex(({ kind }) => kind !== "definition" && kind !== "system");
    return [{
      run,
      span,
      step: span.step!,
      model,
      prompt,
      fixedBytes: (user < 0 ? prompt.parts : prompt.parts.slice(0, user)).reduce(
        (sum, it) => sum + it.bytes,
        0,
      ),
      inputTokens: usage.inputTokens,
      cachedTokens: Math.min(usage.inputTokens, usage.cachedInputTokens),
      usdPerToken: savingOf(span),
      server: serverOf(trace, span),
      key: keyOf(run),
    }];
  });
}

/** A damaged row may hold any number; what was not read has no cache. */
function isRead({ inputTokens, cachedInputTokens }: Usage): boolean {
  return Number.isFinite(inputTokens) && inputTokens > 0 && cachedInputTokens >= 0;
}

/** The difference of the two prices that the call was billed at. */
function savingOf({ cost }: Span): number | null {
  const { usdPerMillion = {}, factor = 1 } = cost?.tag ?? {};
  const price = (unit: string) => Object.hasOwn(usdPerMillion, unit) ? usdPerMillion[unit]! : undefined;
  const [full, cached] = [price(UNITS.input), price(UNITS.cachedInput)];
  return full === undefined || cached === undefined ? null : Math.max(0, full - cached) * factor / 1e6;
}

function serverOf(trace: Trace, span: Span): string {
  const address = attemptsOf(trace, span.spanId).map((it) => textAttribute(it, ATTR.serverAddress)).findLast((
    it,
  ) => it);
  return `${span.providerName ?? ""} ${address ?? textAttribute(span, ATTR.serverAddress) ?? ""}`;
}

function keyOf(run: Run): string | undefined {
  const { promptCacheKey } = configPart(run, "parameters");
  return typeof promptCacheKey === "string" ? promptCacheKey : undefined;
}
