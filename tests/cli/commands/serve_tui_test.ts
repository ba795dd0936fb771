import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openStore } from "../../../lib/store/mod.ts";
import { PtyProgram } from "../../support/pty.ts";

const MAIN = fileURLToPath(new URL("../../../main.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../../deno.json", import.meta.url));

Deno.test("serve --tui serves beside the workbench, and no longer once that is left", async () => {
  const home = await Deno.makeTempDir({ prefix: "agentop-serve-" });
  const deno = [Deno.execPath(), "run", "--quiet", "--no-prompt", "-P=cli", "--config", CONFIG];
  using program = new PtyProgram([...deno, MAIN, "serve", "--tui", "--port", "0"], {
    cwd: home,
    env: { AGENTOP_HOME: home, MISTRAL_API_KEY: "", MISTRAL_SERVER_URL: "" },
  });
  await program.waitFor(/↓ 0\/s/);
  const store = await openStore(`${home}/agentop.db`);
  const [server] = await store.serverNotes();
  const post = (body: string) =>
    fetch(`${server!.url}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
  await (await post("{")).body?.cancel();
  const screen = await program.waitFor(/↓ 0\/s ✗ 1/);
  assert.doesNotMatch(screen, /OTLP|Costs are what/, "nothing that the server says is on the screen");
  program.keys("q");
  assert.equal(await program.exit, 0);
  assert.deepEqual(await store.serverNotes(), []);
  await assert.rejects(post("{}"));
  await store[Symbol.asyncDispose]();
  await Deno.remove(home, { recursive: true });
});
