import { connect } from "node:net";
import { App, type AppConfig } from "../../lib/app/mod.ts";
import type { Store } from "../../lib/core/mod.ts";
import { type RunningServer, type ServerOptions, startServer } from "../../lib/server/mod.ts";
import { MEMORY } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleEvents, type SampleOptions } from "../support/sample_run.ts";

// deno-lint-ignore no-explicit-any
export type Json = any;

/** A server on a free port of this machine, over a store in memory and the simulator. */
export class TestServer implements AsyncDisposable {
  readonly app: App;
  readonly store: Store;
  readonly server: RunningServer;

  private constructor(app: App, store: Store, server: RunningServer) {
    this.app = app;
    this.store = store;
    this.server = server;
  }

  static async start(
    options: Partial<ServerOptions> = {},
    config: Partial<AppConfig> = {},
  ): Promise<TestServer> {
    const app = new App({
      useSimulator: true,
      defaults: {},
      retry: { maxAttempts: 1, minWaitMs: 0, maxWaitMs: 0 },
      home: "/nowhere",
      storePath: MEMORY,
      storeGiven: true,
      agentFolders: [],
      secrets: {},
      environments: { plain: {}, runner: {} },
      ...config,
    });
    return new TestServer(
      app,
      await app.store(),
      await startServer(app, { port: 0, version: "0.0.0", ...options }),
    );
  }

  get url(): string {
    return this.server.url;
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return await fetch(this.url + path, { headers, redirect: "manual" });
  }

  async post(
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return await fetch(this.url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  }

  /** The document of an answer that must be well. */
  async json(path: string): Promise<Json> {
    const response = await this.get(path);
    const body = await response.json();
    if (!response.ok) throw new Error(`${response.status}: ${JSON.stringify(body)}`);
    return body;
  }

  /** Sends bytes as they are and returns all that comes back until the connection is closed. */
  async raw(request: string): Promise<RawAnswer> {
    return await rawRequest(this.server.port, request);
  }

  /** Stores finished runs, oldest first, and returns their ids. */
  async seed(...runs: readonly SampleOptions[]): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const [index, options] of runs.entries()) {
      const host = {
        ...fakeHost({ startMs: Date.UTC(2026, 0, 1) + index * 3_600_000 }),
        newId: () => crypto.randomUUID().replaceAll("-", ""),
      };
      const events = [...sampleEvents({ host, ...options })];
      await this.store.write(events);
      for (const event of events) if (event.type === "run_start") ids.push(event.run.runId);
    }
    return ids;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close({ graceMs: 0 });
    await this.app[Symbol.asyncDispose]();
  }
}

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

export function rawRequest(port: number, request: string): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(request, "latin1"));
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (part: string) => void (text += part));
    socket.on("error", () => {});
    socket.on("close", () => {
      const [head = "", ...body] = text.split("\r\n\r\n");
      resolve({
        status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0),
        head,
        body: body.join("\r\n\r\n"),
      });
    });
  });
}
