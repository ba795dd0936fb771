import type { Trace, Usage } from "../../../core/mod.ts";
import type { Queries } from "../../contract/queries.ts";
import { storedTrace } from "../../trace/stored.ts";
import { modelNames } from "../../widgets/model_names.ts";
import type { TuiServices } from "../../ports.ts";

/** A model that can be asked for. */
export interface ModelChoice {
  readonly name: string;
  /** What the tokens of the question would cost; `null`: no price is known. */
  readonly usd: number | null;
}

export const REPLAY_QUERIES = {
  trace: (services: TuiServices, { traceId }: { readonly traceId: string }): Promise<Trace | undefined> =>
    storedTrace(services, traceId),
  models: (services: TuiServices, { usage }: { readonly usage: Usage }): Promise<readonly ModelChoice[]> =>
    modelChoices(services, usage),
} satisfies Queries;

export type ReplayQueries = typeof REPLAY_QUERIES;

async function modelChoices(services: TuiServices, usage: Usage): Promise<readonly ModelChoice[]> {
  return await Promise.all((await modelNames(services)).map(async (name) => {
    const price = await services.priceOf?.(name, usage).catch(() => undefined);
    return { name, usd: price?.usd ?? null };
  }));
}
