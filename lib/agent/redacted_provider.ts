import type { Provider, Redactor, TraceEvent } from "../core/mod.ts";

type Channel = Extract<TraceEvent, { type: "delta" }>["channel"];

/** The same provider: no secret reaches the model, and none comes back in what it streams, answers or fails with. */
export function withoutSecrets(provider: Provider, redactor: Redactor): Provider {
  if (redactor.isIdle) return provider;
  return {
    name: provider.name,
    async chat(request, context) {
      const streams = new Map<
        Channel,
        { readonly text: ReturnType<Redactor["stream"]>; readonly spanId: string }
      >();
      const emit = (event: TraceEvent): void => {
        if (event.type === "reset") streams.clear();
        if (event.type !== "delta") return context.emit(redactor.value(event));
        const stream = streams.get(event.channel) ?? { text: redactor.stream(), spanId: event.spanId };
        streams.set(event.channel, stream);
        const text = stream.text.push(event.text);
        if (text !== "") context.emit({ ...event, text });
      };
      try {
        const response = await provider.chat(redactor.value(request), { ...context, emit });
        for (const [channel, { text, spanId }] of streams) {
          const rest = text.end();
          if (rest !== "") {
            context.emit({ type: "delta", traceId: context.traceId, spanId, channel, text: rest });
          }
        }
        return redactor.value(response);
      } catch (error) {
        throw redactor.error(error);
      }
    },
  };
}
