/// <reference lib="deno.worker" />
// The far side of `openStoreInWorker`: a store of its own on a thread of its own.
import { AgentOpError, messageOf, type Store, StoreError } from "../../core/mod.ts";
import { openStore } from "./store.ts";
import { Outbox, type PackedError, type WorkerCall, type WorkerReply } from "./remote_store.ts";

let store: Store | undefined;
let underWay = 0;
const outbox = new Outbox<WorkerReply>((replies) => self.postMessage(replies));

function reply(message: WorkerReply): void {
  outbox.put(message, underWay);
}

/** Nobody draws more often than this. */
const CHANGED_MS_MIN = 30;
let telling: ReturnType<typeof setTimeout> | undefined;
let toldMs = -Infinity;

/** Many commits in a row wake the other thread once. */
function tellChanged(): void {
  if (telling !== undefined) return;
  const waitMs = toldMs + CHANGED_MS_MIN - performance.now();
  if (waitMs <= 0) return tell();
  telling = setTimeout(tell, waitMs);
}

function tell(): void {
  telling = undefined;
  toldMs = performance.now();
  reply({ told: "changed" });
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
    const [path, cacheKib] = parameters as readonly [string, number | undefined];
    const onNews = () => reply({ told: "news" });
    store = await openStore(path, { onNews, ...(cacheKib === undefined ? {} : { cacheKib }) });
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

async function take(call: WorkerCall): Promise<void> {
  underWay++;
  let message: WorkerReply;
  try {
    message = { id: call.id, result: await answer(call) };
  } catch (error) {
    message = { id: call.id, error: pack(error) };
  }
  reply(message);
  underWay--;
}

self.onmessage = ({ data }: MessageEvent<readonly WorkerCall[]>) => {
  for (const call of data) void take(call);
};
