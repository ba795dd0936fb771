import type { Cost, PriceBook, PricedCall, PriceTag, Usage } from "../core/mod.ts";
import { usdOf } from "../analysis/mod.ts";
import { elevenLabsEntries, type ElevenLabsPlan } from "./elevenlabs.ts";
import { type LibraryLookup, loadLibrary } from "./library.ts";
import { MISTRAL_OVERLAY } from "./overlay.ts";
import { dayOf, namesOf, type PriceEntry, type PriceOverlay, PriceTable } from "./price_table.ts";
import { UNITS } from "../core/mod.ts";

export interface PriceBookOptions {
  /** The user's own prices: they win over everything. */
  readonly overlay?: PriceOverlay;
  /** Without a plan, what a character costs at ElevenLabs is unknown. */
  readonly elevenLabsPlan?: ElevenLabsPlan;
}

export interface LoadedPriceBook extends PriceBook {
  /** Whether some unit of the model has a price at that time, with what is loaded now. */
  knows(model: string, atMs: number): boolean;
  names(model: string, atMs: number): readonly string[];
  /** Imports the price library if one of the models is in no overlay. Cheap when there is nothing to do. */
  prepare(models: readonly string[]): Promise<void>;
}

/**
 * A price book on the overlays alone: the user's, then the built-in one, which covers what Mistral's API serves. It costs
 * nothing to make. Models in neither are unknown until `prepare` has loaded the price library.
 *
 * Why not load the library always: it takes 30 ms and 5 MB, `price` is synchronous, and a run on Mistral models never
 * needs it.
 */
export function createPriceBook(options: PriceBookOptions = {}): LoadedPriceBook {
  return new TablePriceBook(options);
}

/** `createPriceBook` made ready for `models`; without them for every model the library knows. */
export async function loadPriceBook(
  options: PriceBookOptions & { readonly models?: readonly string[] } = {},
): Promise<LoadedPriceBook> {
  const book = new TablePriceBook(options);
  await (options.models ? book.prepare(options.models) : book.loadLibrary());
  return book;
}

class TablePriceBook implements LoadedPriceBook {
  readonly #own: PriceTable;
  readonly #builtIn: PriceTable;
  #library: LibraryLookup | undefined;
  #loading: Promise<void> | undefined;

  constructor(options: PriceBookOptions) {
    const plan = options.elevenLabsPlan;
    this.#own = new PriceTable(options.overlay?.models ?? []);
    this.#builtIn = new PriceTable([...MISTRAL_OVERLAY.models, ...(plan ? elevenLabsEntries(plan) : [])]);
  }

  loadLibrary(): Promise<void> {
    return this.#loading ??= loadLibrary().then((lookup) => void (this.#library = lookup));
  }

  async prepare(models: readonly string[]): Promise<void> {
    const listed = (model: string) =>
      namesOf(model).some((name) => this.#own.has(name) || this.#builtIn.has(name));
    if (!models.every(listed)) await this.loadLibrary();
  }

  knows(model: string, atMs: number): boolean {
    const entry = this.#find(model, atMs, 0);
    return entry !== undefined && Object.keys(entry.usdPerMillion).length > 0;
  }

  names(model: string, atMs: number): readonly string[] {
    const day = dayOf(atMs);
    const entry = day === undefined ? undefined : this.#find(model, atMs, 0);
    if (!entry) return [model];
    const tables = [this.#own, this.#builtIn].flatMap((it) => it.namesOf(entry.id.toLowerCase(), day!));
    return [...new Set([model, entry.id, ...tables])];
  }

  price(call: PricedCall): Cost {
    const entry = this.#entryOf(call);
    const { quantities, measured } = quantitiesOf(call, entry);
    if (!entry) return { usd: null, quantities };
    const factor = call.batch ? entry.batchFactor : 1;
    const usd = measured && factor !== undefined ? usdOf(quantities, entry.usdPerMillion, factor) : null;
    const tag: PriceTag = {
      model: entry.id,
      source: entry.source,
      date: entry.date,
      usdPerMillion: entry.usdPerMillion,
      ...(entry.cachedInputFrom !== undefined && (quantities[UNITS.cachedInput] ?? 0) > 0
        ? { cachedInputFrom: entry.cachedInputFrom }
        : {}),
      ...(factor === undefined || factor === 1 ? {} : { factor }),
    };
    return { usd, quantities, tag };
  }

  /** The user's price of either model wins; else that of the one that answered. */
  #entryOf({ model, answeredBy = model, atMs, usage }: PricedCall): PriceEntry | undefined {
    const day = dayOf(atMs);
    if (day === undefined) return undefined;
    const own = [...namesOf(answeredBy), ...namesOf(model)].map((name) => this.#own.find(name, day));
    const tokens = usage?.inputTokens ?? 0;
    return own.find((it) => it !== undefined) ?? this.#find(answeredBy, atMs, tokens) ??
      this.#find(model, atMs, tokens);
  }

  #find(model: string, atMs: number, inputTokens: number): PriceEntry | undefined {
    const day = dayOf(atMs);
    if (day === undefined) return undefined;
    const names = namesOf(model);
    const first = (look: (name: string) => PriceEntry | undefined): PriceEntry | undefined => {
      for (const name of names) {
        const entry = look(name);
        if (entry) return entry;
      }
      return undefined;
    };
    const own = first((name) => this.#own.find(name, day));
    if (own) return own;
    const entry = first((name) => this.#builtIn.find(name, day)) ??
      first((name) => this.#library?.(name, atMs, inputTokens));
    // The user may have priced the model itself while the call used one of its aliases.
    return entry && (this.#own.find(entry.id, day) ?? entry);
  }
}

/** Billed amounts by unit, without zeros. Not measured: the call has no usage, or a number that is no amount. */
function quantitiesOf(
  call: PricedCall,
  entry: PriceEntry | undefined,
): { quantities: Record<string, number>; measured: boolean } {
  const prices = entry?.usdPerMillion ?? {};
  const raw: Record<string, number> = Object.assign(
    Object.create(null),
    call.usage ? tokenQuantities(call.usage, UNITS.reasoning in prices) : {},
    call.quantities,
  );
  // Both say the same: the credits that were billed, where they have a price, else the characters.
  if (UNITS.credits in raw && UNITS.characters in raw) {
    delete raw[UNITS.credits in prices ? UNITS.characters : UNITS.credits];
  }
  let measured = call.usage !== undefined || Object.keys(call.quantities ?? {}).length > 0;
  if (measured && UNITS.requests in prices) raw[UNITS.requests] ??= 1;
  const quantities: Record<string, number> = {};
  for (const [unit, quantity] of Object.entries(raw)) {
    if (!Number.isFinite(quantity) || quantity < 0 || unit === "__proto__") measured = false;
    else if (quantity > 0) quantities[unit] = quantity;
  }
  return { quantities, measured };
}

/** `inputTokens` counts cached and cache-written tokens too (OpenTelemetry's rule), so each is billed once. */
function tokenQuantities(usage: Usage, reasoningApart: boolean): Record<string, number> {
  const cached = usage.cachedInputTokens;
  const written = usage.cacheWriteInputTokens;
  const reasoning = reasoningApart ? usage.reasoningTokens : 0;
  return {
    [UNITS.input]: usage.inputTokens - cached - written,
    [UNITS.cachedInput]: cached,
    [UNITS.cacheWriteInput]: written,
    [UNITS.output]: usage.outputTokens - reasoning,
    [UNITS.reasoning]: reasoning,
  };
}
