import assert from "node:assert/strict";
import { forgetModel, RegisteredModels, registerModel } from "../../lib/app/registered_models.ts";

Deno.test("RegisteredModels finds what was registered, replaced or forgotten since the call before", async () => {
  const home = await Deno.makeTempDir();
  try {
    const models = new RegisteredModels(home);
    assert.equal(await models.find("own"), undefined);
    await registerModel(home, { name: "own", serverUrl: "http://127.0.0.1:1/v1" });
    assert.equal((await models.find("own"))?.serverUrl, "http://127.0.0.1:1/v1");
    await registerModel(home, { name: "own", serverUrl: "http://127.0.0.1:2/v1" });
    assert.equal((await models.find("own"))?.serverUrl, "http://127.0.0.1:2/v1");
    assert.equal(await models.find("another"), undefined);
    await forgetModel(home, "own");
    assert.equal(await models.find("own"), undefined);
    await Deno.writeTextFile(`${home}/models.json`, "no list");
    await assert.rejects(models.find("own"), /it is no list of models/);
    await assert.rejects(models.find("own"), /it is no list of models/);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
