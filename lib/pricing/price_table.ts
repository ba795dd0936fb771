/** Longer names are no model's. */
const MODEL_NAME_LENGTH_MAX = 256;

const FIRST_DAY = "0000-01-01";
const LAST_DAY = "9999-12-31";

type Period = Pick<PriceAlias, "from" | "to">;

/** A name that meant an entry's model during some days (UTC, both inclusive). Vendors move their `-latest` names. */
export interface PriceAlias {
  readonly name: string;
  readonly from?: string;
  readonly to?: string;
}

/** What one model cost during some days (UTC, `YYYY-MM-DD`, both inclusive). Units left out have no known price. */
export interface PriceEntry {
  readonly id: string;
  readonly aliases?: readonly PriceAlias[];
  readonly from?: string;
  readonly to?: string;
  readonly usdPerMillion: Readonly<Record<string, number>>;
  /** Factor on batch calls; absent: what a batch call costs is unknown. */
  readonly batchFactor?: number;
  /** Where its price of cached input comes from, when not from `source`. */
  readonly cachedInputFrom?: string;
  readonly source: string;
  /** Day the price was known to hold. */
  readonly date: string;
}

export interface PriceOverlay {
  readonly models: readonly PriceEntry[];
}

/** The UTC day of a time, or `undefined` when the time is none. */
export function dayOf(atMs: number): string | undefined {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, 10);
}

/** Whether a day is among those of a name or a price. */
export function holdsOn(day: string, { from = FIRST_DAY, to = LAST_DAY }: Period): boolean {
  return from <= day && day <= to;
}

/** The names a model may be listed under: as given, and without the prefix that gateways put before Mistral's. */
export function namesOf(model: string): readonly string[] {
  if (typeof model !== "string" || model.length > MODEL_NAME_LENGTH_MAX) return [];
  const name = model.trim().toLowerCase();
  const bare = name.replace(/^mistral(ai)?\//, "");
  return bare === name ? [name] : [name, bare];
}

interface Named {
  readonly entry: PriceEntry;
  readonly from: string;
  readonly to: string;
}

/** Finds what a name cost on a day. Of several that fit, the one that began last wins, then the one listed last. */
export class PriceTable {
  readonly #byName = new Map<string, Named[]>();

  constructor(entries: readonly PriceEntry[]) {
    for (const entry of entries) {
      this.#add(entry.id, entry);
      for (const alias of entry.aliases ?? []) this.#add(alias.name, entry, alias);
    }
  }

  #add(name: string, entry: PriceEntry, alias: Period = {}): void {
    const key = name.toLowerCase();
    const later = (a = FIRST_DAY, b = FIRST_DAY) => a > b ? a : b;
    const earlier = (a = LAST_DAY, b = LAST_DAY) => a < b ? a : b;
    const named = { entry, from: later(entry.from, alias.from), to: earlier(entry.to, alias.to) };
    const known = this.#byName.get(key);
    if (known) known.push(named);
    else this.#byName.set(key, [named]);
  }

  /** Whether the name is priced on any day. */
  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Names that mean the model of this id on a day, itself among them; none where it is not listed. */
  namesOf(id: string, day: string): readonly string[] {
    return (this.#byName.get(id) ?? []).flatMap(({ entry }) =>
      entry.id.toLowerCase() === id && holdsOn(day, entry)
        ? [entry.id, ...(entry.aliases ?? []).filter((it) => holdsOn(day, it)).map(({ name }) => name)]
        : []
    );
  }

  find(name: string, day: string): PriceEntry | undefined {
    let best: Named | undefined;
    for (const named of this.#byName.get(name) ?? []) {
      if (holdsOn(day, named) && (!best || named.from >= best.from)) best = named;
    }
    return best?.entry;
  }
}
