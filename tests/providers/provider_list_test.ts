import assert from "node:assert/strict";
import { AgentOpError, PROVIDERS, systemHost } from "../../lib/core/mod.ts";
import { createProvider, serverUrlOf } from "../../lib/providers/mod.ts";

Deno.test("createProvider() speaks the API that an endpoint names, Mistral's where it names none", () => {
  const options = { host: systemHost() };
  for (const provider of Object.keys(PROVIDERS)) {
    assert.ok(createProvider({ provider, serverUrl: "http://localhost:1" }, options).name);
  }
  assert.equal(createProvider({}, options).name, "mistral_ai");
  assert.equal(serverUrlOf({}), "https://api.mistral.ai");
  assert.equal(serverUrlOf({ serverUrl: "http://localhost:1" }), "http://localhost:1");
  assert.throws(
    () => createProvider({ provider: "mistrl" }, options),
    (error) => error instanceof AgentOpError && error.remedy === "mistral",
  );
});
