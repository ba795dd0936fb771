import assert from "node:assert/strict";
import { NO_USAGE, type Usage } from "../../lib/core/mod.ts";
import { createPriceBook, MISTRAL_OVERLAY } from "../../lib/pricing/mod.ts";
import { loadLibrary } from "../../lib/pricing/library.ts";

/** Name, days it means that (UTC, both included; open where left out), USD per million: input, cached input, output. */
const TABLE = `
mistral-large-4-0 ..2026-10-19 0.68 0.07 2.09
mistral-large-4 ..2026-10-19 0.68 0.07 2.09
mistral-large-2610 ..2026-10-19 0.68 0.07 2.09
mistral-large-4-0 2026-10-20.. 1.36 0.14 4.18
mistral-large-4 2026-10-20.. 1.36 0.14 4.18
mistral-large-2610 2026-10-20.. 1.36 0.14 4.18
mistral-large-2512 .. 0.5 0.05 1.5
mistral-large-latest 2025-12-02.. 0.5 0.05 1.5
mistral-large-2411 .. 2 - 6
mistral-large-latest ..2025-12-01 2 - 6
mistral-large-2407 .. 2 - 6
mistral-medium-3-5 .. 1.5 0.15 7.5
mistral-medium-3.5 .. 1.5 0.15 7.5
mistral-medium-3 .. 1.5 0.15 7.5
mistral-medium-2604 .. 1.5 0.15 7.5
mistral-medium-latest 2026-06-16.. 1.5 0.15 7.5
mistral-medium 2026-06-16.. 1.5 0.15 7.5
magistral-medium-latest 2026-08-01.. 1.5 0.15 7.5
mistral-vibe-cli-latest 2026-09-25.. 1.5 0.15 7.5
mistral-vibe-cli-with-tools 2026-09-25.. 1.5 0.15 7.5
mistral-medium-2508 .. 0.4 0.04 2
mistral-medium-latest 2025-05-07..2026-06-15 0.4 0.04 2
mistral-medium 2025-05-07..2026-06-15 0.4 0.04 2
mistral-medium-2505 .. 0.4 0.04 2
mistral-medium-2312 .. 2.7 - 8.1
mistral-medium-latest ..2025-05-06 2.7 - 8.1
mistral-medium ..2025-05-06 2.7 - 8.1
mistral-small-2603 .. 0.15 0.015 0.6
mistral-small-latest 2026-03-16.. 0.15 0.015 0.6
magistral-small-latest 2026-07-01.. 0.15 0.015 0.6
mistral-vibe-cli-fast 2026-09-25.. 0.15 0.015 0.6
mistral-small-2506 .. 0.1 - 0.3
mistral-small-latest ..2026-03-15 0.1 - 0.3
mistral-small-2503 .. 0.1 - 0.3
mistral-small-2501 .. 0.1 - 0.3
mistral-small-2409 .. 0.1 - 0.3
labs-mistral-small-creative .. 0.1 - 0.3
ministral-14b-2512 .. 0.2 0.02 0.2
ministral-14b-latest .. 0.2 0.02 0.2
ministral-8b-2512 .. 0.15 0.015 0.15
ministral-8b-latest 2025-12-02.. 0.15 0.015 0.15
ministral-3b-2512 .. 0.1 0.01 0.1
ministral-3b-latest 2025-12-02.. 0.1 0.01 0.1
ministral-8b-2410 .. 0.1 - 0.1
ministral-8b .. 0.1 - 0.1
ministral-8b-latest ..2025-12-01 0.1 - 0.1
ministral-3b-2410 .. 0.04 - 0.04
ministral-3b .. 0.04 - 0.04
ministral-3b-latest ..2025-12-01 0.04 - 0.04
magistral-medium-2509 .. 2 - 5
magistral-medium-latest ..2026-07-31 2 - 5
magistral-medium-2507 .. 2 - 5
magistral-medium-2506 .. 2 - 5
magistral-small-2509 .. 0.5 - 1.5
magistral-small-latest ..2026-06-30 0.5 - 1.5
magistral-small-2507 .. 0.5 - 1.5
magistral-small-2506 .. 0.5 - 1.5
labs-leanstral-2603 .. 0 0 0
labs-leanstral-1-5 .. 0 0 0
labs-leanstral-1-5-1 .. 0 0 0
codestral-2508 .. 0.3 0.03 0.9
codestral-latest .. 0.3 0.03 0.9
mistral-code-latest 2026-09-25.. 0.3 0.03 0.9
mistral-code-fim-latest 2026-09-25.. 0.3 0.03 0.9
codestral-2501 .. 0.3 - 0.9
devstral-2512 .. 0.4 0.04 2
devstral-latest .. 0.4 0.04 2
devstral-medium-latest .. 0.4 0.04 2
devstral-medium-2507 .. 0.4 - 2
labs-devstral-small-2512 .. 0.1 - 0.3
devstral-small-2512 .. 0.1 - 0.3
devstral-small-latest .. 0.1 - 0.3
devstral-small-2507 .. 0.1 - 0.3
devstral-small-2505 .. 0.1 - 0.3
devstral-small .. 0.1 - 0.3
open-mistral-nemo .. 0.15 - 0.15
open-mistral-nemo-2407 .. 0.15 - 0.15
mistral-nemo .. 0.15 - 0.15
open-mistral-7b .. 0.25 - 0.25
mistral-7b .. 0.25 - 0.25
mistral-tiny .. 0.25 - 0.25
mistral-tiny-2312 .. 0.25 - 0.25
open-mixtral-8x7b .. 0.7 - 0.7
open-mixtral-8x22b .. 2 - 6
open-mixtral-8x22b-2404 .. 2 - 6
pixtral-large-2411 .. 2 - 6
pixtral-large-latest .. 2 - 6
pixtral-12b-2409 .. 0.15 - 0.15
pixtral-12b .. 0.15 - 0.15
pixtral-12b-latest .. 0.15 - 0.15
mistral-saba-2502 .. 0.2 - 0.6
mistral-saba .. 0.2 - 0.6
mistral-saba-latest .. 0.2 - 0.6
voxtral-small-2507 ..2026-08-10 0.1 - 0.3
voxtral-small-latest ..2026-08-10 0.1 - 0.3
voxtral-small-24b-2507 ..2026-08-10 0.1 - 0.3
voxtral-small-2507 2026-08-11.. 0.1 0.01 0.4
voxtral-small-latest 2026-08-11.. 0.1 0.01 0.4
voxtral-small-24b-2507 2026-08-11.. 0.1 0.01 0.4
voxtral-mini-2507 .. 0.04 - 0.04
voxtral-mini-latest ..2026-02-03 0.04 - 0.04
mistral-embed .. 0.1 - -
mistral-embed-2312 .. 0.1 - -
codestral-embed .. 0.15 - -
codestral-embed-2505 .. 0.15 - -
mistral-moderation-2603 .. 0 - -
mistral-moderation-2411 .. 0.1 - -
mistral-moderation-latest ..2026-06-30 0.1 - -
zai-glm-5-3 .. 1.4 0.14 4.4
zai-glm-5 .. 1.4 0.14 4.4
zai-glm-latest .. 1.4 0.14 4.4
zai-glm-5-3-flash .. 0.15 0.03 0.5
deepseek-v4-1-flash-1017 .. 0.3 0.007 1.2
`.trim().split("\n").map((line) => line.split(" "));

const FIRST_DAY = "2023-12-15";
const TODAY = "2026-11-22";
const book = createPriceBook();

function usd(model: string, day: string, usage: Partial<Usage>): number | null {
  return book.price({ model, atMs: Date.parse(`${day}T12:00:00Z`), usage: { ...NO_USAGE, ...usage } }).usd;
}

Deno.test("every name of a chat model costs what the table says, on its first day and on its last", () => {
  for (const [name, days, input, cached, output] of TABLE) {
    const [from, to] = days!.split("..");
    const price = (text: string | undefined) => text === "-" ? null : Number(text);
    for (const day of [from || FIRST_DAY, to || TODAY]) {
      assert.deepEqual(
        [
          usd(name!, day, { inputTokens: 1e6 }),
          usd(name!, day, { inputTokens: 1e6, cachedInputTokens: 1e6 }),
          usd(name!, day, { outputTokens: 1e6 }),
        ],
        [price(input), price(cached), price(output)],
        `${name} on ${day}`,
      );
    }
  }
});

Deno.test("the table has every name that has a price of tokens", () => {
  const names = MISTRAL_OVERLAY.models.filter(({ usdPerMillion }) => "input_tokens" in usdPerMillion)
    .flatMap(({ id, aliases = [] }) => [id, ...aliases.map(({ name }) => name)]);
  assert.deepEqual([...new Set(names)].sort(), [...new Set(TABLE.map(([name]) => name))].sort());
});

Deno.test("a price of cached input is stated: by the entry's own source, or by the library for that model", async () => {
  const library = await loadLibrary();
  for (const { id, from, usdPerMillion, cachedInputFrom, source } of MISTRAL_OVERLAY.models) {
    const cached = usdPerMillion.cached_input_tokens;
    if (cachedInputFrom === undefined) {
      const stated = cached === undefined || cached === 0 || /card|guide/.test(source);
      assert.ok(stated, `${id}: nobody states its price of cached input`);
      continue;
    }
    assert.match(cachedInputFrom, /, 20\d\d-\d\d-\d\d$/);
    const found = library(id, Date.parse(`${from ?? TODAY}T12:00:00Z`), 0);
    assert.equal(found?.usdPerMillion.cached_input_tokens, cached, id);
  }
});
