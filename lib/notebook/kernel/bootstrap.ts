/** The message by which the real kernel says that everything before it has been sent. */
export const FENCE_TYPE = "agentop_fence";

/** Where the kernel keeps what it needs beside the cells' variables; `Symbol.for` of it. */
const PLACE = "agentop.kernel";

/**
 * Runs in the real kernel before the first cell. Writing to `Deno.stdout` and `process.stdout` becomes output like that of
 * `console.log`, in the same order; what the kernel itself needs is kept from changes that a cell makes.
 */
export const BOOTSTRAP_CODE = `{
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
  const kernel = Object.freeze({ fence: (id) => void broadcast(${JSON.stringify(FENCE_TYPE)}, { id }) });
  Object.defineProperty(globalThis, Symbol.for(${JSON.stringify(PLACE)}), { value: kernel });
}
undefined`;

/** What makes the real kernel send a fence. */
export function fenceCode(id: string): string {
  return `globalThis[Symbol.for(${JSON.stringify(PLACE)})].fence(${JSON.stringify(id)})`;
}
