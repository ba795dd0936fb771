import assert from "node:assert/strict";
import { createApiKey } from "../../lib/app/mod.ts";
import type { AnsweredRequest } from "../../lib/server/mod.ts";
import { TestServer } from "./support.ts";

const CANARY = "canary-5f2b9c71d04e4a8f";

Deno.test("neither keys of the API nor those of services are in logs, answers or the store, wherever somebody puts them", async () => {
  const folder = await Deno.makeTempDir();
  const answered: AnsweredRequest[] = [];
  try {
    const said: string[] = [];
    let key: string;
    {
      await using server = await TestServer.start(
        { auth: "on", onAnswered: (request) => void answered.push(request) },
        { home: folder, storePath: `${folder}/a.db`, secrets: { WANDB_API_KEY: CANARY } },
      );
      ({ text: key } = await createApiKey({ store: server.store, host: server.app.host }, "a", "admin"));
      const good = { "x-api-key": key };
      const ask = async (path: string, init: RequestInit = {}) => {
        const response = await fetch(server.url + path, init);
        said.push(JSON.stringify([...response.headers]), await response.text());
      };
      const json = (body: unknown): RequestInit => ({
        method: "POST",
        headers: { ...good, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      await ask(`/runs?api_key=${key}`);
      await ask(`/${key}/${CANARY}`, { headers: good });
      await ask(`/runs/${CANARY}`, { headers: good });
      await ask("/runs?cursor=" + CANARY, { headers: good });
      await ask("/run", json({ prompt: `Repeat ${CANARY}`, user_id: CANARY }));
      await ask("/run", json({ prompt: "x", agent_id: CANARY }));
      await ask("/run", json({ prompt: "x", overrides: { [CANARY]: CANARY } }));
      await ask("/eval", json({ run_id: "last", metrics: { [CANARY]: 1 } }));
      await ask("/runs", { headers: good });
      await ask("/runs/last", { headers: good });
      await ask("/runs/last/events", { headers: good });
      await ask("/metrics", { headers: good });
    }
    assert.equal(said.filter((it) => it.includes(CANARY) || it.includes(key)).join("\n"), "");
    assert.ok(said.some((it) => it.includes("[redacted WANDB_API_KEY]")));
    const log = answered.map((it) => JSON.stringify({ ...it, error: String(it.error) })).join("\n");
    assert.equal(log.includes(CANARY) || log.includes(key), false);
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (!isFile) continue;
      const bytes = await Deno.readFile(`${folder}/${name}`);
      const text = new TextDecoder("latin1").decode(bytes);
      assert.equal(text.includes(CANARY) || text.includes(key), false, name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
