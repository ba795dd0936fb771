import { type Lifeline, lifelineCode } from "./lifeline.ts";

/** The message by which the real kernel says that everything before it has been sent. */
export const FENCE_TYPE = "agentop_fence";

/** Where the kernel keeps what it needs beside the cells' variables. */
export const PLACE = `globalThis[Symbol.for("agentop.kernel")]`;

/** What waits is given so long to end by itself, as a run does that is cancelled. */
const GRACE_MS = 200;

/**
 * Runs in the real kernel before the first cell. Writing to `Deno.stdout` and `process.stdout` becomes output like that of
 * `console.log`, in the same order; `wait` and `each` make what a cell waits for end with an interrupt; `signal` tells of one.
 * What the kernel itself needs is kept from changes that a cell makes. Cells are taken to `folder`, their
 * notebook's.
 */
export function bootstrapCode(lifeline: Lifeline, folder: string): string {
  return `await (async () => {
  Deno.chdir(${JSON.stringify(folder)});
  const { broadcast } = Deno.jupyter;
  for (const name of ["stdout", "stderr"]) {
    const stream = Deno[name];
    const decoder = new TextDecoder();
    const write = (data) => {
      const text = decoder.decode(data, { stream: true });
      if (text !== "") broadcast("stream", { name, text });
      return data.length;
    };
    stream.writeSync = write;
    stream.write = (data) => Promise.resolve(write(data));
    let writable;
    Object.defineProperty(stream, "writable", {
      configurable: true,
      get: () => writable ??= new WritableStream({ write: (data) => void write(data) }),
    });
  }
  const collect = await (async () => {
    const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([import("node:v8"), import("node:vm")]);
    setFlagsFromString("--expose-gc");
    return runInNewContext("gc");
  })().catch(() => () => {});
  let controller = new AbortController();
  const waiting = new Set();
  let late;
  const endAll = () => {
    clearTimeout(late);
    late = undefined;
    for (const end of waiting) end(controller.signal.reason);
    controller = new AbortController();
    setTimeout(collect, 0);
  };
  const stop = () => {
    if (controller.signal.aborted) return;
    controller.abort(new DOMException("The cell was interrupted", "AbortError"));
    late = setTimeout(endAll, ${GRACE_MS});
  };
  const wait = (value) => {
    if (typeof value?.then !== "function") return value;
    const { signal } = controller;
    return new Promise((resolve, reject) => {
      waiting.add(reject);
      const over = () => waiting.delete(reject);
      Promise.resolve(value).then(
        (result) => (over(), signal.aborted ? reject(signal.reason) : resolve(result)),
        (error) => (over(), reject(error)),
      );
    });
  };
  const each = (source) => ({
    [Symbol.asyncIterator]() {
      const iterator = source[Symbol.asyncIterator]?.() ?? source[Symbol.iterator]();
      return {
        next: () => wait(Promise.resolve(iterator.next()).then(async ({ done, value }) => ({ done, value: await value }))),
        return: (value) => Promise.resolve(iterator.return?.(value) ?? { done: true, value }),
      };
    },
  });
  const fence = (id) => {
    if (late !== undefined) endAll(); // the cell has ended already: the next one is not meant
    broadcast(${JSON.stringify(FENCE_TYPE)}, { id });
  };
  const kernel = Object.freeze({ fence, wait, each, get signal() { return controller.signal; } });
  Object.defineProperty(globalThis, Symbol.for("agentop.kernel"), { value: kernel });
${lifelineCode(lifeline)}
})()`;
}

/** What makes the real kernel send a fence. */
export function fenceCode(id: string): string {
  return `${PLACE}.fence(${JSON.stringify(id)})`;
}
