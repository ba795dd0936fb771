import type { Trace, Usage } from "../../../core/mod.ts";
import type { Queries } from "../../contract/queries.ts";
import { storedTrace } from "../../trace/stored.ts";
import type { TuiServices } from "../../ports.ts";

/** A model that can be asked for. */
export interface ModelChoice {
  readonly name: string;
  /** What the tokens of the question would cost; `null`: no price is known. */
  readonly usd: number | null;
}

const MODELS_MAX = 500;

export const REPLAY_QUERIES = {
  trace: (services: TuiServices, { traceId }: { readonly traceId: string }): Promise<Trace | undefined> =>
    storedTrace(services, traceId),
  models: (services: TuiServices, { usage }: { readonly usage: Usage }): Promise<readonly ModelChoice[]> =>
    modelChoices(services, usage),
} satisfies Queries;

export type ReplayQueries = typeof REPLAY_QUERIES;

/**
 * Models of runs so far, of the agent files, and others there are; the likely ones first. A source that cannot be read is
 * left out: suggestions are a help, not a need.
 */
async function modelChoices(services: TuiServices, usage: Usage): Promise<readonly ModelChoice[]> {
  const { store } = services;
  const [used, named, others] = await Promise.all([
    store.costBy("model").then((rows) =>
      rows.filter((row) => row.damagedRows === undefined).map((row) => row.key)
    ).catch(() => []),
    services.agents().then((agents) => agents.map(({ model }) => model)).catch(() => []),
    services.chatModels?.().catch(() => []) ?? [],
  ]);
  const all = [...used, ...named, ...others].filter((name) => name !== "");
  const names = [...new Set(all)].slice(0, MODELS_MAX);
  return await Promise.all(names.map(async (name) => {
    const price = await services.priceOf?.(name, usage).catch(() => undefined);
    return { name, usd: price?.usd ?? null };
  }));
}
