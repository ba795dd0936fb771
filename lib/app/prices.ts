import { join } from "node:path";
import { AgentOpError, UNITS } from "../core/mod.ts";
import type { LoadedPriceBook, PriceOverlay } from "../pricing/mod.ts";
import { readTextFileIfThere } from "../schema/mod.ts";
import type { AppConfig } from "./config.ts";
import { registeredModels } from "./registered_models.ts";

const PRICES_MAX_BYTES = 1_000_000;

/** The prices runs are paid by: the user's own first, then the built-in ones. Throws `AgentOpError` for a bad file or plan. */
export async function loadPrices({ home, elevenLabsPlan: plan }: AppConfig): Promise<LoadedPriceBook> {
  const { createPriceBook, isElevenLabsPlan, ELEVENLABS_PLANS } = await import("../pricing/mod.ts");
  if (plan !== undefined && !isElevenLabsPlan(plan)) {
    throw new AgentOpError(
      `Cannot use ELEVENLABS_PLAN: it must be one of ${ELEVENLABS_PLANS.join(", ")}: got "${plan}"`,
      { remedy: "unset ELEVENLABS_PLAN" },
    );
  }
  const [overlay, own] = await Promise.all([readPriceFile(home), registeredPrices(home)]);
  return createPriceBook({
    overlay: { models: [...overlay?.models ?? [], ...own] },
    ...(plan === undefined ? {} : { elevenLabsPlan: plan }),
  });
}

/** What the person said that models of their own cost. */
async function registeredPrices(home: string): Promise<PriceOverlay["models"]> {
  const models = await registeredModels(home);
  return [...models.values()].flatMap(({ name, usdPerMillion: usd, pricedOn }) =>
    usd === undefined || pricedOn === undefined ? [] : [{
      id: name.toLowerCase(),
      usdPerMillion: { [UNITS.input]: usd, [UNITS.cachedInput]: usd, [UNITS.output]: usd },
      source: "models.json, by the person",
      date: pricedOn,
    }]
  );
}

/** The user's own prices, from `prices.yaml` in the home folder. They win over the built-in ones. */
async function readPriceFile(home: string): Promise<PriceOverlay | undefined> {
  const path = join(home, "prices.yaml");
  const text = await readTextFileIfThere(path, { maxBytes: PRICES_MAX_BYTES });
  if (text === undefined) return undefined;
  const { parsePriceOverlay } = await import("../pricing/mod.ts");
  return await parsePriceOverlay(text, path);
}

/** Models that the price table knows by name, whatever they are for: those on sale at `nowMs` first, latest names before dated ones. */
export async function pricedModels(nowMs: number): Promise<readonly string[]> {
  const { modelsOnSale, pricedModels } = await import("../pricing/mod.ts");
  const known = pricedModels();
  const onSale = new Set(modelsOnSale(nowMs));
  const rank = (name: string) => (onSale.has(name) ? 0 : 2) + (name.endsWith("-latest") ? 0 : 1);
  // Dates are the end of a name: the newest comes first.
  return [...new Set([...onSale, ...known])].sort((a, b) =>
    rank(a) - rank(b) || (rank(a) === 0 ? a.localeCompare(b) : b.localeCompare(a))
  );
}

/** Models to run agents with: what the simulator answers for, otherwise those with a price at `nowMs`. Latest names first. */
export async function chatModels({ useSimulator }: AppConfig, nowMs: number): Promise<readonly string[]> {
  const names = useSimulator
    ? (await import("../simulator/mod.ts")).simulatedChatModels()
    : (await import("../pricing/mod.ts")).modelsOnSale(nowMs);
  const isLatest = (name: string) => name.endsWith("-latest");
  return [...names.filter(isLatest), ...names.filter((name) => !isLatest(name))];
}
