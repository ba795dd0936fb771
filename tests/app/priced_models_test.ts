import assert from "node:assert/strict";
import { pricedModels } from "../../lib/app/mod.ts";

Deno.test("pricedModels() begins with the latest names on sale, and ends with models that are no more", async () => {
  const names = await pricedModels(Date.UTC(2026, 10, 1));
  const place = (name: string) => names.indexOf(name);
  assert.ok(place("mistral-small-latest") >= 0);
  assert.ok(names[0]!.endsWith("-latest"));
  const latest = names.findLastIndex((name) => name === "mistral-large-latest");
  const dated = names.findIndex((name) => /^mistral-large-\d{4}$/.test(name));
  assert.ok(latest >= 0 && dated > latest);
  assert.equal(new Set(names).size, names.length);
});
