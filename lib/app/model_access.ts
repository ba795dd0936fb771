import { type EndpointNotes, type Host, nearest } from "../core/mod.ts";
import type { ProviderEndpoint, ResilientProvider } from "../providers/mod.ts";
import type { Simulator } from "../simulator/mod.ts";
import type { AppConfig } from "./config.ts";
import { RegisteredModels } from "./registered_models.ts";

/** Calls that one process makes to the model API at the same time. */
const MODEL_CONCURRENCY_MAX = 64;

/** A warning is not worth a longer wait. */
const LIST_TIMEOUT_MS = 2_000;

/** Names that tell the simulator how to behave. */
const SIMULATED = /(?:^|[^a-z0-9])sim-/;

/** Where model calls of other programs go on to. */
export interface ModelServer {
  readonly url: string;
  readonly apiKey: string | undefined;
  /** The simulator has another address each time, and gives what is on record of the API that it stands for. */
  readonly answersOf?: readonly string[];
}

/**
 * The way to the models of one endpoint, and to those with servers of their own: one provider for each server, so one circuit, one queue and one retry quota, whoever calls; and the built-in simulator
 * where there is neither a key nor a server. Everything is made with the first use.
 */
export class ModelAccess implements AsyncDisposable {
  readonly #config: AppConfig;
  readonly #host: Host;
  #simulator: Promise<Simulator> | undefined;
  #provider: Promise<ResilientProvider> | undefined;
  readonly #registered: RegisteredModels;
  readonly #routes = new Map<string, Promise<ResilientProvider>>();

  readonly #notes: () => Promise<EndpointNotes>;

  /** @param notes where it is noted what servers said of themselves */
  constructor(config: AppConfig, host: Host, notes: () => Promise<EndpointNotes>) {
    this.#config = config;
    this.#registered = new RegisteredModels(config.home);
    this.#host = host;
    this.#notes = notes;
  }

  provider(): Promise<ResilientProvider> {
    return this.#provider ??= (async () => {
      const [main, { routedProvider }] = await Promise.all([
        this.endpoint().then((it) => this.#providerOf(it)),
        import("./routed_provider.ts"),
      ]);
      return routedProvider(main, (model) => this.#routeOf(model));
    })();
  }

  async #providerOf(endpoint: ProviderEndpoint): Promise<ResilientProvider> {
    const { createProvider, createResilientProvider, serverUrlOf, sharedRetryQuota } = await import(
      "../providers/mod.ts"
    );
    // The simulator of this process has no past and no future.
    const notes = this.#config.endpoint ? await this.#notes() : undefined;
    return createResilientProvider(createProvider(endpoint, { host: this.#host, notes }), {
      host: this.#host,
      policy: this.#config.retry,
      maxConcurrency: MODEL_CONCURRENCY_MAX,
      quota: sharedRetryQuota(
        { serverUrl: serverUrlOf(endpoint), apiKey: endpoint.apiKey ?? "" },
        this.#host,
      ),
    });
  }

  /** Looked up anew for each call: another process may have registered it. The server of a model of the person's own gets no key. */
  async #routeOf(model: string): Promise<ResilientProvider | undefined> {
    const known = await this.#registered.find(model);
    if (!known) return undefined;
    const { serverUrl } = known;
    const route = this.#routes.get(serverUrl) ?? this.#providerOf({ serverUrl, apiKey: "" });
    this.#routes.set(serverUrl, route);
    return await route;
  }

  /**
   * What speaks against `model`: a server that lists models and not this one. Only a warning, since many servers list one name
   * and take any. `undefined` when nothing does, or the server does not answer soon.
   */
  async doubtAbout(model: string): Promise<string | undefined> {
    if (await this.#registered.find(model)) return undefined;
    const { listModels } = await import("../providers/mod.ts");
    const models = await listModels(await this.endpoint(), { host: this.#host, timeoutMs: LIST_TIMEOUT_MS })
      .catch(() => []); // what is wrong with the server, the first call will say
    const names = models.flatMap(({ id, aliases }) => [id, ...aliases]);
    if (names.length === 0 || names.includes(model) || SIMULATED.test(model)) return undefined;
    const latest = names.filter((name) => name.endsWith("-latest"));
    const choices = [...new Set(latest.length > 0 ? latest : names)].slice(0, 4);
    return `the server does not list the model "${model.slice(0, 80)}". It lists ${
      nearest(model, names) ?? choices.join(", ")
    }`;
  }

  /** Where the models are; the simulator, which is then started, where nothing else is known. */
  async endpoint(): Promise<ProviderEndpoint> {
    return this.#config.endpoint ?? { apiKey: "simulator", serverUrl: (await this.#startSimulator()).url };
  }

  /** At a pace one can watch. */
  #startSimulator(): Promise<Simulator> {
    return this.#simulator ??= import("../simulator/mod.ts")
      .then(({ DEMO_PACE, startSimulator }) => startSimulator(DEMO_PACE));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const simulator = await this.#simulator?.catch(() => undefined);
    await simulator?.close();
  }
}
