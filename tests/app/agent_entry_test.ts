import assert from "node:assert/strict";
import { NO_PERMISSIONS } from "../../lib/core/mod.ts";
import { permissionWords } from "../../lib/app/agent_entry.ts";

Deno.test("permissionWords() names what a tool may touch", () => {
  assert.equal(permissionWords(NO_PERMISSIONS), "touches nothing outside");
  assert.equal(
    permissionWords({ read: ["./data"], write: ["./out"], net: ["a.example", "b.example"], run: true }),
    "reads ./data; writes ./out; reaches a.example, b.example; executes code",
  );
});
