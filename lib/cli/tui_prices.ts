import type { Usage } from "../core/mod.ts";
import type { LoadedPriceBook } from "../pricing/mod.ts";
import type { Context } from "./context.ts";

/** Prices for what-if questions, and models to choose from; the tables are loaded with the first question. */
export function tuiPrices({ config, host }: Context): {
  priceOf(model: string, usage: Usage): Promise<{ readonly usd: number | null }>;
  pricedModels(): Promise<readonly string[]>;
  chatModels(): Promise<readonly string[]>;
} {
  let book: Promise<LoadedPriceBook> | undefined;
  return {
    priceOf: async (model, usage) => {
      book ??= import("../pricing/mod.ts").then(({ createPriceBook }) => createPriceBook());
      const prices = await book;
      await prices.prepare([model]);
      return { usd: prices.price({ model, usage, atMs: host.now() }).usd };
    },
    pricedModels: async () => {
      const { MISTRAL_OVERLAY } = await import("../pricing/mod.ts");
      return [...new Set(MISTRAL_OVERLAY.models.map((entry) => entry.id))];
    },
    chatModels: () => config.useSimulator ? simulatedModels() : modelsOnSale(host.now()),
  };
}

/** What the built-in simulator answers for. */
async function simulatedModels(): Promise<readonly string[]> {
  const { modelList } = await import("../simulator/mod.ts");
  const cards = modelList([])["data"] as readonly SimulatedCard[];
  return latestFirst(cards.filter((card) => card.capabilities["completion_chat"]).map((card) => card.id));
}

interface SimulatedCard {
  readonly id: string;
  readonly capabilities: Readonly<Record<string, boolean>>;
}

/** Models that write text and have a price at `nowMs`, under every name they have then. */
async function modelsOnSale(nowMs: number): Promise<readonly string[]> {
  const { MISTRAL_OVERLAY } = await import("../pricing/mod.ts");
  const day = new Date(nowMs).toISOString().slice(0, 10);
  const isNow = ({ from, to }: { readonly from?: string; readonly to?: string }) =>
    (from === undefined || from <= day) && (to === undefined || day <= to);
  const entries = MISTRAL_OVERLAY.models.filter((entry) =>
    isNow(entry) && (entry.usdPerMillion?.["output_tokens"] ?? 0) > 0
  );
  return latestFirst(entries.flatMap(({ id, aliases = [] }) => [
    id,
    ...aliases.filter(isNow).map(({ name }) => name),
  ]));
}

function latestFirst(names: readonly string[]): readonly string[] {
  const isLatest = (name: string) => name.endsWith("-latest");
  return [...names.filter(isLatest), ...names.filter((name) => !isLatest(name))];
}
