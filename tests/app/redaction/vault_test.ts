import assert from "node:assert/strict";
import { join } from "node:path";
import { newVaultKey, Vault } from "../../../lib/app/redaction/mod.ts";
import { personalData } from "../../../lib/app/redaction/rules.ts";
import { Redactor } from "../../../lib/core/mod.ts";

Deno.test("a vault gives back what was taken out, to who has its key, also to the next process", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const place = { path: join(folder, "vault.txt"), key: newVaultKey() };
    const redactor = new Redactor([]);
    redactor.learn([await personalData("email,card", place)]);
    const text = "ada@example.org, bob@example.org and ada@example.org: 4111111111111111";
    const safe = redactor.text(text);
    const marks = safe.match(/\[redacted email [a-p]{16}\]/g)!;
    assert.equal(new Set(marks).size, 2, "the same value has the same mark");
    assert.equal(redactor.text(safe), safe);
    const file = await Deno.readTextFile(place.path);
    assert.ok(!/ada|bob|4111/.test(file));
    const lines = file.split("\n").filter((line) => line !== "");
    assert.equal(lines.length, 4);
    if (Deno.build.os !== "windows") assert.equal((await Deno.stat(place.path)).mode! & 0o777, 0o600);
    assert.equal((await Vault.open(place)).reveal(safe), text);
    const wrapped = safe.replace("[redacted email", "[redacted email\n   ").replace(
      "[redacted card",
      "[redacted\n  card",
    );
    assert.equal((await Vault.open(place)).reveal(wrapped), text, "a terminal breaks lines");
    const again = new Redactor([]);
    again.learn([await personalData("email", place)]);
    assert.equal(again.text("ada@example.org"), marks[0]);
    assert.equal((await Deno.readTextFile(place.path)).length, file.length, "nothing is kept twice");
    const [head, first, ...rest] = lines;
    await Deno.writeTextFile(place.path, [head, first!.slice(0, -6) + "AAAA==", ...rest].join("\n"));
    assert.ok((await Vault.open(place)).reveal(safe).startsWith(marks[0]!), "a damaged line leaves its mark");
    await assert.rejects(
      Vault.open({ ...place, key: newVaultKey() }),
      /Cannot open the vault .*: its key is another one/,
    );
    await assert.rejects(
      Vault.open({ ...place, key: "abc" }),
      /AGENTOP_VAULT_KEY is no key of 32 bytes in base64/,
    );
    await Deno.writeTextFile(join(folder, "other.txt"), "hello\n");
    await assert.rejects(Vault.open({ ...place, path: join(folder, "other.txt") }), /it is no vault/);
    assert.equal(await Deno.readTextFile(join(folder, "other.txt")), "hello\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
