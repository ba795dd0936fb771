import {
  type DurableEvent,
  escapeText,
  isLive,
  type PartialOutput,
  type Span,
  type Store,
  type TraceEvent,
} from "../../../core/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import { RUN_ARGUMENT } from "../../frame/run_argument.ts";
import { writeAll } from "../../context.ts";
import { exitCodeOf } from "../../frame/exit_code.ts";
import { runSummaryShape } from "../../../documents/mod.ts";

/** Changes within this time are shown together. */
const REFRESH_MS = 50;

export const watch: CliCommand = {
  register(program, withContext) {
    program.command("watch").description("follow a run live from another terminal").argument(
      "<run>",
      RUN_ARGUMENT,
    )
      .action((reference) =>
        withContext(async (context) => {
          const { LivePrinter, summaryLine } = await import("../../output/live_printer.ts");
          const { abortOnSignals } = await import("../../process/signals.ts");
          const store = await context.app.store();
          const { traceId } = await store.resolveRun(reference);
          const show = !context.json;
          const printer = new LivePrinter({
            answer: (text) => show && writeAll(Deno.stdout, text),
            step: (line) => show && context.print(line),
            color: context.color,
          });
          using stopper = abortOnSignals();
          const follower = new Follower(store, traceId, printer.listen);
          const changed = { pending: true, wake: Promise.withResolvers<void>() };
          const stopListening = store.onChange(() => {
            changed.pending = true;
            changed.wake.resolve();
          });
          try {
            for (;;) {
              changed.wake = Promise.withResolvers();
              changed.pending = false;
              const run = await follower.look();
              if (!isLive(run.status) && run.status !== "queued") {
                if (context.json) context.printJson(runSummaryShape(run));
                else {
                  if (!follower.sawText && run.output) {
                    context.print(escapeText(run.output, { multiline: true }));
                  }
                  context.print(escapeText(summaryLine(run)));
                }
                return exitCodeOf(run.status);
              }
              const aborted = new Promise<void>((resolve) =>
                stopper.signal.addEventListener("abort", () => resolve(), { once: true })
              );
              if (!changed.pending) await Promise.race([changed.wake.promise, aborted]);
              if (stopper.signal.aborted) return 130;
              await context.host.sleep(REFRESH_MS);
              // A runner that was killed cannot say so: look whether it is still there.
              await store.recoverInterrupted();
            }
          } finally {
            stopListening();
          }
        })
      );
  },
};

/** Turns what the store holds into the events that a listener in the run's own process would have had. */
class Follower {
  readonly #store: Store;
  readonly #traceId: string;
  readonly #tell: (event: TraceEvent) => void;
  readonly #open = new Set<string>();
  readonly #known = new Set<string>();
  readonly #texts = new Map<string, string>();
  sawText = false;

  constructor(store: Store, traceId: string, tell: (event: TraceEvent) => void) {
    this.#store = store;
    this.#traceId = traceId;
    this.#tell = tell;
  }

  async look() {
    const [trace, partials] = [
      await this.#store.loadTrace(this.#traceId),
      await this.#store.partials(this.#traceId),
    ];
    for (const span of trace.spans.values()) {
      if (!this.#known.has(span.spanId)) {
        this.#known.add(span.spanId);
        this.#open.add(span.spanId);
        this.#tell({ type: "span_start", span });
      }
      if (span.endTimeUs === undefined || !this.#open.delete(span.spanId)) continue;
      if (span.kind === "llm") this.#finalText(span);
      this.#tell(endOf(span, span.endTimeUs));
    }
    for (const partial of partials) this.#partial(partial);
    return trace.run;
  }

  #partial({ spanId, text }: PartialOutput): void {
    const before = this.#texts.get(spanId) ?? "";
    if (!text.startsWith(before)) this.#tell({ type: "reset", traceId: this.#traceId, spanId });
    this.#more(spanId, text.startsWith(before) ? text.slice(before.length) : text);
    this.#texts.set(spanId, text);
  }

  #finalText(span: Span): void {
    const said = (span.outputMessages ?? []).flatMap((message) => message.parts)
      .map((part) => part.type === "text" ? part.content : "").join("");
    const before = this.#texts.get(span.spanId) ?? "";
    if (said.startsWith(before)) this.#more(span.spanId, said.slice(before.length));
    this.#texts.delete(span.spanId);
  }

  #more(spanId: string, text: string): void {
    if (text === "") return;
    this.sawText = true;
    this.#tell({ type: "delta", traceId: this.#traceId, spanId, channel: "text", text });
  }
}

function endOf(span: Span, endTimeUs: number): Extract<DurableEvent, { type: "span_end" }> {
  return {
    type: "span_end",
    traceId: span.traceId,
    spanId: span.spanId,
    endTimeUs,
    status: span.status,
    attributes: span.attributes,
    ...(span.errorType === undefined ? {} : { errorType: span.errorType }),
    ...(span.errorMessage === undefined ? {} : { errorMessage: span.errorMessage }),
    ...(span.outputMessages ? { outputMessages: span.outputMessages } : {}),
  };
}
