import type { Usage } from "../core/mod.ts";
import type { LoadedPriceBook } from "../pricing/mod.ts";
import type { Context } from "./context.ts";

/** Prices for what-if questions; the tables are loaded with the first one. */
export function tuiPrices({ host }: Context): {
  priceOf(model: string, usage: Usage): Promise<{ readonly usd: number | null }>;
  pricedModels(): Promise<readonly string[]>;
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
  };
}
