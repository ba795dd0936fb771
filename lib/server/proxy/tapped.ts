/** What is heard of a body that passes. */
export interface Tap {
  passed(bytes: Uint8Array): void;
  /** Exactly one of these, once. */
  ended(): void;
  broken(error: unknown): void;
  cancelled(): void;
}

/** The same bytes, at the pace of their reader; a tap that throws hears nothing more. */
export function tapped(body: ReadableStream<Uint8Array>, tap: Tap): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let isDeaf = false;
  const tell = (say: () => void) => {
    if (isDeaf) return;
    try {
      say();
    } catch {
      isDeaf = true;
    }
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          tell(() => tap.ended());
          controller.close();
          return;
        }
        controller.enqueue(value);
        tell(() => tap.passed(value));
      } catch (error) {
        tell(() => tap.broken(error));
        controller.error(error);
      }
    },
    async cancel(reason) {
      tell(() => tap.cancelled());
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
