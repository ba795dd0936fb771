/// <reference lib="deno.worker" />
// The far side of `openStoreInWorker`: a store of its own on a thread of its own.
import { AgentOpError, messageOf, type Store, StoreError } from "../../core/mod.ts";
import { openStore } from "./store.ts";
import type { PackedError, WorkerCall, WorkerReply } from "./remote_store.ts";

let store: Store | undefined;

function reply(message: WorkerReply): void {
  self.postMessage(message);
}

/** Nobody draws more often than this. */
const CHANGED_MS_MIN = 30;
let telling: ReturnType<typeof setTimeout> | undefined;

/** Many commits in a row wake the other thread once. */
function tellChanged(): void {
  telling ??= setTimeout(() => {
    telling = undefined;
    reply({ changed: true });
  }, CHANGED_MS_MIN);
}

function pack(error: unknown): PackedError {
  if (!(error instanceof AgentOpError)) return { reason: messageOf(error) };
  const { reason, remedy, exitCode } = error;
  return { reason, remedy, exitCode, ...(error instanceof StoreError ? { storeCode: error.code } : {}) };
}

/** A process that was killed cannot say so: somebody has to look. */
const LOOK_FOR_DEAD_MS = 1_000;
let looking: ReturnType<typeof setInterval> | undefined;

/** Each look is one query by an index, and a file per live run; what it finds is told like any other change. */
function lookForDead(found: Store): void {
  let isBusy = false;
  looking = setInterval(async () => {
    if (isBusy) return;
    isBusy = true;
    try {
      await found.recoverInterrupted();
    } catch {
      // The next call of a person meets the same trouble and says so.
    } finally {
      isBusy = false;
    }
  }, LOOK_FOR_DEAD_MS);
}

async function answer({ method, parameters }: WorkerCall): Promise<unknown> {
  if (method === "open") {
    store = await openStore(String(parameters[0]));
    store.onChange(tellChanged);
    const recovered = await store.recoverInterrupted();
    lookForDead(store);
    return recovered;
  }
  if (!store) throw new AgentOpError("Cannot use the store: it is not open", { remedy: "open it first" });
  if (method === "close") {
    clearInterval(looking);
    return await store[Symbol.asyncDispose]();
  }
  const call = store[method] as (...parameters: readonly unknown[]) => Promise<unknown>;
  return await call.apply(store, [...parameters]);
}

self.onmessage = async ({ data }: MessageEvent<WorkerCall>) => {
  try {
    reply({ id: data.id, result: await answer(data) });
  } catch (error) {
    reply({ id: data.id, error: pack(error) });
  }
};
