import type { Part, Span, Trace } from "../core/mod.ts";

/** A piece of sound in a trace. */
export interface Speech {
  /** The file it was written to, as the model named it. */
  readonly name: string;
  readonly part: Extract<Part, { type: "blob" }>;
}

/** Sound that a span holds itself, or an event of it: what a tool call spoke. */
export function speechOf(trace: Trace, spanId: string): Speech | undefined {
  return speechesOf(trace, (span) => span.spanId === spanId || span.parentSpanId === spanId)[0];
}

/** All sound of a trace, in order. */
export function speechesOf(trace: Trace, isWanted: (span: Span) => boolean = () => true): readonly Speech[] {
  return [...trace.spans.values()].filter(isWanted).flatMap((span) =>
    (span.outputMessages ?? []).flatMap(({ parts }) =>
      parts.flatMap((part) =>
        part.type === "blob" && part.mimeType.startsWith("audio/")
          ? [{ name: span.name.replace(/^speech /, ""), part }]
          : []
      )
    )
  );
}
