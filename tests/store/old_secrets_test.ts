import assert from "node:assert/strict";
import { join } from "node:path";
import { Redactor } from "../../lib/core/mod.ts";
import { openStore } from "../../lib/store/mod.ts";
import { sampleEvents } from "../support/sample_run.ts";

const KEY = "canary-of-an-older-day-77";
const redactor = new Redactor([{ name: "MISTRAL_API_KEY", value: KEY }]);

async function isIn(path: string): Promise<boolean> {
  return new TextDecoder("latin1").decode(await Deno.readFile(path)).includes(KEY);
}

Deno.test("no copy of a store has a key from before it was known, unless that is asked for", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, prompt] of [["old", `my key is ${KEY}, hush`], ["clean", "no key"]] as const) {
      const path = join(folder, `${name}.db`);
      {
        await using store = await openStore(path); // it knows no secrets
        await store.write([...sampleEvents({ rounds: 2, prompt })]);
        await store.indexPending();
      }
      await using store = await openStore(path, { redactor });
      const [copy, tables] = [join(folder, `${name}-copy.db`), join(folder, `${name}-tables.db`)];
      await store.copyTables(tables);
      assert.equal(await isIn(tables), false);
      if (name === "clean") {
        await store.backupTo(copy);
        continue;
      }
      assert.equal(await isIn(path), true);
      await assert.rejects(
        store.backupTo(copy),
        /Cannot back up to [^\n]*holds a key from before it was known/,
      );
      await assert.rejects(Deno.stat(copy), Deno.errors.NotFound);
      await store.backupTo(copy, { withSecrets: true });
      assert.equal(await isIn(copy), true);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
