import { apiKeyOf, App, type CallRecorder } from "../../lib/app/mod.ts";
import type { Run, Store } from "../../lib/core/mod.ts";
import {
  type ProxyMode,
  type ProxyOptions,
  proxyRoute,
  type Route,
  startServer,
} from "../../lib/server/mod.ts";
import { MEMORY } from "../../lib/store/mod.ts";

export const MODEL = "mistral-small-latest";

interface Asked {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
  readonly bytes: Uint8Array;
}

/** A model server that answers as it is told, and a proxy before it. */
export class Passage implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly notes: string[] = [];
  answer: (asked: Asked) => Response | Promise<Response> = () => Response.json(completion("hello"));
  #stack = new AsyncDisposableStack();
  app!: App;
  store!: Store;
  calls!: CallRecorder;
  url = "";
  /** Of the model server. */
  upstream = "";

  static async open(
    options: {
      readonly mode?: ProxyMode;
      readonly onMiss?: "forward" | "fail";
      readonly faults?: ProxyOptions["faults"];
      readonly apiKey?: string;
      readonly auth?: "on";
      /** Other routes of the same server. */
      readonly beside?: readonly Route[];
      readonly answersOf?: readonly string[];
      /** A file, whose calls are kept by another thread. @default in memory */
      readonly storePath?: string;
      /** Servers besides its own that calls may go on to. */
      readonly also?: readonly string[];
    } = {},
  ): Promise<Passage> {
    const it = new Passage();
    const upstream = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const bytes = await request.bytes();
      const asked = {
        bytes,
        path: new URL(request.url).pathname + new URL(request.url).search,
        headers: request.headers,
        body: new TextDecoder().decode(bytes),
      };
      it.asked.push(asked);
      return await it.answer(asked);
    });
    it.#stack.defer(() => upstream.shutdown());
    it.upstream = `http://127.0.0.1:${upstream.addr.port}`;
    const app = it.app = it.#stack.use(
      new App({
        useSimulator: true,
        defaults: {},
        retry: { maxAttempts: 1, minWaitMs: 0, maxWaitMs: 0 },
        home: "/nowhere",
        storePath: options.storePath ?? MEMORY,
        storeGiven: true,
        agentFolders: [],
        secrets: {},
        environments: { plain: {}, runner: {} },
      }),
    );
    const store = it.store = await app.store();
    const calls = it.calls = await app.callRecorder();
    const server = await startServer(app, {
      port: 0,
      version: "0.0.0",
      ...(options.auth ? { auth: options.auth } : {}),
      routes: [
        ...options.beside ?? [],
        proxyRoute({
          upstreams: [
            { url: it.upstream, apiKey: options.apiKey, answersOf: options.answersOf },
            ...options.also?.map((url) => ({ url })) ?? [],
          ],
          mode: options.mode ?? "record",
          onMiss: options.onMiss ?? "forward",
          ...(options.faults ? { faults: options.faults } : {}),
          calls,
          exchanges: store,
          host: app.host,
          isOwnKey: async (text) => await apiKeyOf(store, text) !== undefined,
          onUnrecorded: (path) => it.notes.push(path),
        }),
      ],
    });
    it.#stack.defer(() => server.close({ graceMs: 0 }));
    it.url = server.url;
    return it;
  }

  async chat(
    messages: readonly unknown[],
    options: { readonly headers?: Record<string, string>; readonly more?: Record<string, unknown> } = {},
  ) {
    return await fetch(`${this.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", ...options.headers },
      body: JSON.stringify({ model: MODEL, messages, ...options.more }),
    });
  }

  /** Every run, oldest first, once what has passed is written. */
  async runs(): Promise<readonly Run[]> {
    await this.calls.settled();
    return (await this.store.listRuns({ sort: "oldest" })).runs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

export function completion(content: string | null, toolCalls?: readonly unknown[]) {
  return {
    id: "c1",
    model: MODEL,
    choices: [{
      index: 0,
      finish_reason: toolCalls ? "tool_calls" : "stop",
      message: { role: "assistant", content, ...(toolCalls ? { tool_calls: toolCalls } : {}) },
    }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  };
}

export const user = (content: string) => ({ role: "user", content });
