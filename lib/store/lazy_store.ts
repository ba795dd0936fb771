import type { Store } from "../core/mod.ts";

export interface LazyStore {
  /** Calls wait until it is open, and fail as the opening does. */
  readonly store: Store;
  open(): Promise<void>;
}

/** A store that is opened by the first call. */
export function lazyStore(openIt: () => Promise<Store>): LazyStore {
  let opening: Promise<Store> | undefined;
  const opened = () => opening ??= openIt();
  const store = new Proxy({} as Store, {
    get: (_, method: keyof Store | "then") =>
      method === "then"
        ? undefined // it is no promise, though it may be awaited
        : method === "onChange"
        ? (listener: () => void) => listen(opened(), listener)
        : async (...parameters: readonly unknown[]) => {
          const it = await opened();
          return await (it[method] as (...parameters: readonly unknown[]) => unknown)(...parameters);
        },
  });
  return { store, open: async () => void await opened() };
}

function listen(opening: Promise<Store>, listener: () => void): () => void {
  let wanted = true;
  let stop = () => {};
  opening.then((store) => {
    if (wanted) stop = store.onChange(listener);
  }, () => {}); // said by every call
  return () => {
    wanted = false;
    stop();
  };
}
