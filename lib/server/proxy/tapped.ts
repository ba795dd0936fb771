import type { IncomingMessage } from "node:http";

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

/**
 * An answer whose model server breaks off breaks off here too, after what has come of it: the caller must not take it for whole.
 * An error in a stream would do so as well, but lose what is still on its way, and be printed with its stack.
 */
export function brokenAlike(response: Response, { socket }: Pick<IncomingMessage, "socket">): Response {
  if (!response.body) return response;
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch {
        socket.destroySoon();
        await new Promise(() => {}); // until the connection has closed, which cancels this
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}
