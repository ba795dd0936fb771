import { deepStrictEqual as assertEquals, match as assertMatch } from "node:assert";
import { TestServer } from "./support.ts";

Deno.test("a field that there is none of names the one that is meant, or those that there are", async () => {
  await using server = await TestServer.start();
  const detail = async (body: unknown) => {
    const response = await server.post("/run", body);
    assertEquals(response.status, 422);
    return (await response.json()).detail as string;
  };
  assertMatch(await detail({ prompt: "hi", agent: "main" }), /"agent" \(did you mean agent_id\?\)/);
  assertMatch(await detail({ promt: "hi" }), /did you mean prompt\?/);
  assertMatch(
    await detail({ prompt: "hi", temperature: 1 }),
    /"temperature" \(there are prompt, user_id, agent_id, overrides, group, stream\)/,
  );
});
