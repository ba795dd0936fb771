import { parseCheckedYaml } from "../schema/mod.ts";
import { dayOf, type PriceEntry, type PriceOverlay } from "./price_table.ts";
import { UNITS } from "../core/mod.ts";

const OVERLAY_EXAMPLE =
  "models: [{ id: my-model, inputPerMillion: 0.1, outputPerMillion: 0.3, source: my contract }]";
const OVERLAY_MODELS_MAX = 5_000;
const ALIASES_MAX = 100;
/** USD per million; above it a figure is a slip of the keyboard. */
const PRICE_MAX = 1e9;

interface UserEntry {
  readonly id: string;
  readonly aliases?: readonly string[] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly date?: string | undefined;
  readonly source: string;
  readonly inputPerMillion?: number | undefined;
  readonly cachedInputPerMillion?: number | undefined;
  readonly cacheWritePerMillion?: number | undefined;
  readonly outputPerMillion?: number | undefined;
  readonly perMillionCharacters?: number | undefined;
  readonly per1kPages?: number | undefined;
  readonly per1kAnnotatedPages?: number | undefined;
  readonly perAudioHour?: number | undefined;
  readonly batchFactor?: number | undefined;
}

/** The price fields of a user's entry: unit, what makes them prices per million, and what a price is for. */
const PRICE_FIELDS = {
  inputPerMillion: [UNITS.input, 1, "million tokens in"],
  cachedInputPerMillion: [UNITS.cachedInput, 1, "million tokens in that were cached"],
  cacheWritePerMillion: [UNITS.cacheWriteInput, 1, "million tokens written to a cache"],
  outputPerMillion: [UNITS.output, 1, "million tokens out"],
  perMillionCharacters: [UNITS.characters, 1, "million characters"],
  per1kPages: [UNITS.pages, 1e3, "thousand pages"],
  per1kAnnotatedPages: [UNITS.annotatedPages, 1e3, "thousand annotated pages"],
  perAudioHour: [UNITS.audioSeconds, 1e6 / 3600, "hour of audio"],
} as const satisfies Record<string, readonly [string, number, string]>;
const PRICE_NAMES = Object.keys(PRICE_FIELDS) as readonly (keyof typeof PRICE_FIELDS)[];

/** What a price file says. Loads Zod. */
export async function priceFileSchema() {
  const { z } = await import("zod");
  const name = z.string({ error: "must be text" }).trim().min(1, "must not be empty").max(256, "is too long");
  const price = z.number({ error: "must be a number of USD" }).min(0, "must not be negative")
    .max(PRICE_MAX, "is too large").optional();
  const day = z.string({ error: "must be a day like 2026-06-16" })
    .refine((text) => dayOf(Date.parse(`${text}T00:00:00Z`)) === text, "must be a day like 2026-06-16")
    .optional();
  const prices = Object.fromEntries(
    PRICE_NAMES.map((field) => [field, price.describe(`USD per ${PRICE_FIELDS[field][2]}`)]),
  ) as Record<
    keyof typeof PRICE_FIELDS,
    typeof price
  >;
  const entry = z.strictObject({
    id: name.describe("the model's name"),
    aliases: z.array(name, { error: "must be a list of names" }).max(ALIASES_MAX, "is too long").optional()
      .describe("other names of it"),
    from: day.describe("the first day of these prices, UTC"),
    to: day.describe("the last day"),
    date: day.describe("when they were looked up; `from` unless given"),
    source: name.describe("where they are from"),
    batchFactor: z.number({ error: "must be a number" }).min(0, "must not be negative").max(
      1,
      "must be at most 1",
    )
      .optional().describe("what batch calls cost of it; 0.5 unless given"),
    ...prices,
  }, { error: "must be a model with id, source and prices" })
    .refine((model) => PRICE_NAMES.some((field) => model[field] !== undefined), {
      message: `must have a price (${PRICE_NAMES.slice(0, 4).join(", ")}, ...)`,
    })
    .refine((model) => !model.from || !model.to || model.from <= model.to, {
      message: "must not be before `from`",
      path: ["to"],
    });
  return z.strictObject({
    models: z.array(entry, { error: "must be a list" }).max(OVERLAY_MODELS_MAX, "is too long"),
  }, { error: "must be a map with `models`" });
}

/**
 * Reads a user's price file (YAML or JSON): `models: [{id, aliases?, from?, to?, date?, source, ...prices}]`, prices in
 * USD as `inputPerMillion`, `cachedInputPerMillion`, `cacheWritePerMillion`, `outputPerMillion`, `perMillionCharacters`,
 * `per1kPages`, `per1kAnnotatedPages`, `perAudioHour`. `from` and `to` are days (UTC, both included); `date` is when the
 * price was looked up (@default `from`). `batchFactor` (@default 0.5) multiplies batch calls. Cached input
 * without a price of its own costs what input does, and receipts say so; other units left out stay unknown.
 *
 * Throws an `AgentOpError` of one line that names the file, the line and the field.
 */
export async function parsePriceOverlay(text: string, path: string): Promise<PriceOverlay> {
  const { data } = await parseCheckedYaml(text, path, await priceFileSchema(), { example: OVERLAY_EXAMPLE });
  return { models: data.models.map(toEntry) };
}

function toEntry(model: UserEntry): PriceEntry {
  const usdPerMillion: Record<string, number> = {};
  for (const field of PRICE_NAMES) {
    const [unit, factor] = PRICE_FIELDS[field];
    const price = model[field];
    if (price !== undefined) usdPerMillion[unit] = price * factor;
  }
  const input = usdPerMillion[UNITS.input];
  const takesInput = input !== undefined && !(UNITS.cachedInput in usdPerMillion);
  if (takesInput) usdPerMillion[UNITS.cachedInput] = input;
  return {
    id: model.id,
    ...(model.aliases ? { aliases: model.aliases.map((name) => ({ name })) } : {}),
    ...(model.from ? { from: model.from } : {}),
    ...(model.to ? { to: model.to } : {}),
    usdPerMillion,
    batchFactor: model.batchFactor ?? 0.5,
    ...(takesInput ? { cachedInputFrom: "no price of its own is given, so the input price" } : {}),
    source: model.source,
    date: model.date ?? model.from ?? "undated",
  };
}
