import {
  AgentOpError,
  type ExitCode,
  NO_SECRETS,
  type Redactor,
  type Store,
  StoreError,
  type StoreErrorCode,
} from "../../core/mod.ts";

/** Everything but being told of changes can be called from another thread: it takes and gives plain data. */
export type Method = Exclude<keyof Store, "onChange" | typeof Symbol.asyncDispose>;

const METHODS: { readonly [M in Method]: true } = {
  write: true,
  writePartial: true,
  forkRun: true,
  saveDiff: true,
  listRuns: true,
  countRuns: true,
  summarizeRuns: true,
  resolveRun: true,
  getRun: true,
  childRuns: true,
  withHandOffs: true,
  treeTotals: true,
  forksOf: true,
  loadTrace: true,
  loadMessages: true,
  costBy: true,
  partials: true,
  diffsOf: true,
  listEvaluations: true,
  beginExperiment: true,
  continueExperiment: true,
  endExperiment: true,
  saveResults: true,
  listExperiments: true,
  resolveExperiment: true,
  experimentCases: true,
  experimentResults: true,
  experimentOverview: true,
  runNotes: true,
  experimentChanges: true,
  saveBaseline: true,
  listBaselines: true,
  saveBudget: true,
  removeBudget: true,
  listBudgets: true,
  saveExchange: true,
  findExchange: true,
  isBudgeted: true,
  reserveSpend: true,
  addAlertRule: true,
  removeAlertRule: true,
  listAlertRules: true,
  muteAlertRule: true,
  hasAlertsDue: true,
  judgeAlerts: true,
  listAlerts: true,
  takeNewAlerts: true,
  acknowledgeAlerts: true,
  takeDelivery: true,
  endDelivery: true,
  listDeliveries: true,
  addKey: true,
  listKeys: true,
  revokeKey: true,
  findKey: true,
  usageFacts: true,
  spanFacts: true,
  changesSince: true,
  requestControl: true,
  takeControl: true,
  claimRun: true,
  claimNext: true,
  releaseRun: true,
  recoverInterrupted: true,
  stats: true,
  quickCheck: true,
  verify: true,
  lostWrites: true,
  forgetLost: true,
  backupTo: true,
  copyTables: true,
  saveEndpointNote: true,
  endpointNotes: true,
  saveServerNote: true,
  removeServerNote: true,
  serverNotes: true,
  receive: true,
  importRuns: true,
  sentRuns: true,
  noteSent: true,
  receivedOf: true,
  unreadRuns: true,
  quietRuns: true,
  receivedRuns: true,
  prune: true,
  deleteRuns: true,
  indexPending: true,
};

export interface WorkerCall {
  readonly id: number;
  readonly method: Method | "open" | "close";
  readonly parameters: readonly unknown[];
}

export interface PackedError {
  readonly reason: string;
  readonly remedy?: string | undefined;
  readonly exitCode?: ExitCode;
  readonly storeCode?: StoreErrorCode;
}

export type WorkerReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: PackedError }
  | { readonly told: "changed" | "news" };

/** With this many calls under way, messages wait for each other until this turn of the event loop is over. */
const BUSY_CALLS = 8;

/** Sends what gathers as one message: to send one costs more than most of what is in it. */
export class Outbox<Item> {
  readonly #send: (items: readonly Item[]) => void;
  #items: Item[] = [];

  constructor(send: (items: readonly Item[]) => void) {
    this.#send = send;
  }

  /** `underWay`: calls that are not answered yet. */
  put(item: Item, underWay: number): void {
    if (this.#items.push(item) > 1) return;
    const send = () => this.#send(this.#items.splice(0));
    if (underWay < BUSY_CALLS) queueMicrotask(send);
    else setTimeout(send, 0);
  }
}

function unpack({ reason, remedy, exitCode, storeCode }: PackedError): Error {
  if (storeCode) return new StoreError(storeCode, reason, { remedy });
  return exitCode ? new AgentOpError(reason, { remedy, exitCode }) : new Error(reason);
}

const closed = () =>
  new AgentOpError("Cannot use the store: it is closed", { remedy: "start the program again" });

function startWorker(): Worker {
  // In a bundle this code lies in its root, and the worker is a second program below it.
  const file = import.meta.url.endsWith(".ts") ? "./store_worker.ts" : "./lib/store/sqlite/store_worker.js";
  return new Worker(new URL(file, import.meta.url), { type: "module", name: "store" });
}

type Call = (method: WorkerCall["method"], ...parameters: readonly unknown[]) => Promise<unknown>;

function methodsOf(call: Call): Pick<Store, Method> {
  const methods = Object.keys(METHODS).map((method) => [
    method,
    (...parameters: readonly unknown[]) => call(method as Method, ...parameters),
  ]);
  return Object.fromEntries(methods) as Pick<Store, Method>;
}

interface RemoteOptions {
  /** A run ended or was scored here. */
  readonly onNews?: () => void;
  /** Pages of it that are kept in memory. */
  readonly cacheKib?: number;
}

/**
 * Opens the store on a thread of its own, so that no query and no write ever holds up this one. Runs of processes that died are
 * marked as interrupted first. Throws as `openStore` does.
 */
export async function openStoreInWorker(
  path: string,
  redactor: Redactor = NO_SECRETS,
  { onNews = () => {}, cacheKib }: RemoteOptions = {},
): Promise<Store> {
  const worker = startWorker();
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const listeners = new Set<() => void>();
  const outbox = new Outbox<WorkerCall>((calls) => worker.postMessage(calls));
  let calls = 0;
  let failure: Error | undefined;
  const hear = (reply: WorkerReply) => {
    if ("told" in reply) {
      if (reply.told === "news") return onNews();
      for (const listener of listeners) listener();
      return;
    }
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("error" in reply) call?.reject(unpack(reply.error));
    else call?.resolve(redactor.value(reply.result));
  };
  worker.onmessage = ({ data }: MessageEvent<readonly WorkerReply[]>) => {
    for (const reply of data) hear(reply);
  };
  const refuseAll = (error: Error) => {
    for (const call of waiting.values()) call.reject(error);
    waiting.clear();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    refuseAll(failure = new Error(event.message));
  };
  const call: Call = (method, ...parameters) => {
    if (failure) return Promise.reject(failure); // nobody would ever answer
    const answer = Promise.withResolvers<unknown>();
    waiting.set(++calls, answer);
    outbox.put({ id: calls, method, parameters: redactor.value(parameters) }, waiting.size);
    return answer.promise;
  };
  try {
    await call("open", path, cacheKib);
  } catch (error) {
    worker.terminate();
    throw error;
  }
  return {
    ...methodsOf(call),
    /** A signal cannot go to another thread: it is heard when the copy is done. */
    async copyTables(target, { signal, ...options } = {}) {
      signal?.throwIfAborted();
      await call("copyTables", target, options);
      signal?.throwIfAborted();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async [Symbol.asyncDispose]() {
      if (failure) return;
      listeners.clear();
      const closing = call("close");
      failure = closed();
      await closing;
      worker.terminate();
      refuseAll(closed());
    },
  };
}
