import fc from "fast-check";
import {
  type DurableEvent,
  type Message,
  NO_USAGE,
  type Run,
  RUN_STATUSES,
  type Span,
  SPAN_KINDS,
} from "../../lib/core/mod.ts";
import { fakeHost } from "./fake_host.ts";
import { sampleRun } from "./sample_run.ts";

const ACTIONS = ["start", "end", "reopen", "import", "snapshot", "evaluation", "update"] as const;

interface Choice {
  readonly action: (typeof ACTIONS)[number];
  /** Which of those there are. */
  readonly pick: number;
  readonly text: string;
}

/** Events of one run in any order that makes sense, beginning with its start: also what no loop of ours would write. */
export const randomEvents: fc.Arbitrary<readonly DurableEvent[]> = fc.array(
  fc.record({
    action: fc.constantFrom(...ACTIONS),
    pick: fc.nat(1000),
    text: fc.string({ maxLength: 40 }),
  }),
  { minLength: 1, maxLength: 60 },
).map(eventsOf);

function eventsOf(choices: readonly Choice[]): readonly DurableEvent[] {
  const story = new Story(sampleRun(fakeHost()));
  return [{ type: "run_start", run: story.run }, ...choices.flatMap((choice) => story.event(choice) ?? [])];
}

class Story {
  readonly run: Run;
  readonly #spans = new Map<string, Span>();
  readonly #open = new Set<string>();
  readonly #messages: Message[] = [];
  #clockUs: number;
  #count = 0;

  constructor(run: Run) {
    this.run = run;
    this.#clockUs = run.startTimeUs;
  }

  event({ action, pick, text }: Choice): DurableEvent | undefined {
    const ended = [...this.#spans.values()].filter(({ spanId }) => !this.#open.has(spanId));
    const open = [...this.#open].map((spanId) => this.#spans.get(spanId)!);
    switch (action) {
      case "start":
        return this.#start(this.#newSpan(pick, text));
      case "import": {
        const span = this.#newSpan(pick, text);
        return this.#start({
          ...span,
          endTimeUs: this.#nowUs(),
          status: "ok",
          outputMessages: this.#said(text),
        });
      }
      case "reopen": {
        const span = oneOf(ended, pick);
        if (!span) return undefined;
        const { endTimeUs: _, ...again } = span;
        return this.#start({ ...again, status: "unset", attributes: { again: text } });
      }
      case "end": {
        const span = oneOf(open, pick);
        return span && this.#end(span, pick, text);
      }
      case "snapshot": {
        const span = oneOf([...this.#spans.values()], pick);
        return span && this.#snapshot(span, pick, text);
      }
      case "evaluation":
        return this.#evaluation(pick, text);
      case "update":
        return { type: "run_update", traceId: this.run.traceId, change: this.#change(pick, text) };
    }
  }

  #start(span: Span): DurableEvent {
    this.#spans.set(span.spanId, span);
    if (span.endTimeUs === undefined) this.#open.add(span.spanId);
    return { type: "span_start", span };
  }

  #newSpan(pick: number, text: string): Span {
    const parent = oneOf([...this.#spans.keys()], pick);
    const kind = SPAN_KINDS[pick % SPAN_KINDS.length]!;
    return {
      traceId: this.run.traceId,
      spanId: this.#id(16),
      ...(parent && pick % 5 > 0 ? { parentSpanId: parent } : {}),
      name: `${kind} ${text}`,
      kind,
      ...(pick % 3 > 0 ? { step: this.#count } : {}),
      startTimeUs: this.#nowUs(),
      status: "unset",
      ...(pick % 2 > 0 ? { inputMessages: [...this.#messages.slice(pick % 4), ...this.#said(text)] } : {}),
      attributes: pick % 3 > 0 ? { text, long: text.repeat(pick % 30) } : {},
    };
  }

  #end({ spanId, traceId }: Span, pick: number, text: string): DurableEvent {
    this.#open.delete(spanId);
    return {
      type: "span_end",
      traceId,
      spanId,
      endTimeUs: this.#nowUs(),
      status: pick % 4 > 0 ? "ok" : "error",
      ...(pick % 4 > 0 ? {} : { errorType: "500", errorMessage: text }),
      ...(pick % 3 > 0 ? { usage: { ...NO_USAGE, inputTokens: pick, outputTokens: 3 } } : {}),
      ...(pick % 3 > 1
        ? { cost: { usd: pick % 7 > 0 ? pick * 1.1e-7 : null, quantities: { pages: 1 } } }
        : {}),
      ...(pick % 2 > 0 ? { outputMessages: this.#said(text) } : {}),
      ...(pick % 5 > 0 ? { attributes: { "agentop.retry.delay_ms": pick / 3 } } : {}),
    };
  }

  #snapshot({ traceId, spanId }: Span, pick: number, text: string): DurableEvent {
    return {
      type: "snapshot",
      snapshot: {
        snapshotId: this.#id(16),
        traceId,
        spanId,
        step: pick % 4,
        createdAtUs: this.#nowUs(),
        messages: this.#messages.slice(0, pick % 9),
        keyValues: pick % 2 > 0 ? { text } : {},
      },
    };
  }

  #evaluation(pick: number, text: string): DurableEvent {
    return {
      type: "evaluation",
      evaluation: {
        evalId: this.#id(32),
        traceId: this.run.traceId,
        name: "numeric",
        value: pick,
        explanation: text,
        source: "test",
        // Some are older than those already there.
        createdAtUs: this.#nowUs() - (pick % 3) * 1000,
      },
    };
  }

  #change(pick: number, text: string) {
    return {
      status: RUN_STATUSES[pick % RUN_STATUSES.length]!,
      ...(pick % 2 > 0 ? { endTimeUs: this.#nowUs(), output: text } : { endTimeUs: null, output: null }),
      ...(pick % 3 > 0 ? { error: { type: "budget", message: text } } : { error: null }),
    };
  }

  /** A message that joins the conversation, unless it is in it already. */
  #said(text: string): readonly Message[] {
    const known = this.#messages.find(({ parts: [part] }) => part?.type === "text" && part.content === text);
    const message: Message = known ?? { role: "assistant", parts: [{ type: "text", content: text }] };
    if (!known) this.#messages.push(message);
    return [message];
  }

  /** No two moments are the same, whatever is subtracted from them. */
  #nowUs(): number {
    return this.#clockUs += 257;
  }

  #id(digits: number): string {
    return (++this.#count).toString(16).padStart(digits, "0");
  }
}

function oneOf<T>(items: readonly T[], pick: number): T | undefined {
  return items[pick % items.length];
}
