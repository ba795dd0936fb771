import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { CliHome } from "../../support/cli.ts";

/** The bytes of a file, as a hash; of what is no file, what it is. */
async function stateOf(path: string): Promise<string> {
  const info = await Deno.lstat(path);
  if (info.isSymlink) return `link to ${await Deno.readLink(path)}`;
  if (!info.isFile) return info.isDirectory ? "folder" : "other";
  return new Uint8Array(await crypto.subtle.digest("SHA-256", await Deno.readFile(path))).toHex();
}

/** A store's whole content in one file. */
async function storeBytes(home: CliHome): Promise<Uint8Array<ArrayBuffer>> {
  await home.seed({ rounds: 3, chars: 4_000 });
  using database = new DatabaseSync(home.storePath);
  database.exec("pragma wal_checkpoint(truncate)");
  return await Deno.readFile(home.storePath);
}

Deno.test("a store that cannot be used is said in one line, with what helps, and is left as it was", async () => {
  await using home = await CliHome.create();
  const whole = await storeBytes(home);
  const at = (name: string) => join(home.path, name);
  const zeroed = whole.slice();
  for (let page = 8192; page < zeroed.length; page += 16_384) zeroed.fill(0, page, page + 8192);
  await Deno.writeFile(at("half.db"), whole.slice(0, whole.length / 2));
  await Deno.writeFile(at("head.db"), whole.slice(0, 100));
  await Deno.writeFile(at("zeroed.db"), zeroed);
  await Deno.writeFile(at("newer.db"), whole);
  {
    using newer = new DatabaseSync(at("newer.db"));
    newer.exec("pragma journal_mode = delete; pragma user_version = 900");
  }
  await Deno.mkdir(at("folder.db"));
  const damaged =
    "the file is damaged. Try: agentop db repair FILE saves what can be read; or the newest copy that agentop db backup made";
  const cases: [string, string][] = [
    ["half.db", damaged],
    ["head.db", damaged],
    ["zeroed.db", damaged],
    ["newer.db", "it was written by a newer version. Try: use the newer AgentOp Studio that wrote it"],
    ["folder.db", "it is a folder. Try: a file in it: --store folder.db/agentop.db"],
  ];
  if (Deno.build.os !== "windows") {
    assert((await new Deno.Command("mkfifo", { args: [at("pipe.db")] }).output()).success);
    await Deno.symlink("/dev/zero", at("device.db"));
    await Deno.symlink("nowhere/agentop.db", at("link.db"));
    const special = "it is a pipe, a socket or a device. Try: choose a file with --store";
    cases.push(
      ["pipe.db", special],
      ["device.db", special],
      [
        "link.db",
        "its folder does not exist or cannot be opened. Try: create the folder, or choose another file with --store",
      ],
    );
    // What root may do, nobody can be kept from.
    if (Deno.uid() !== 0) {
      await Deno.mkdir(at("locked"));
      await Deno.chmod(at("locked"), 0o555);
      cases.push([
        "locked/agentop.db",
        "it is read-only. Try: give this user write permission on the file and its folder",
      ]);
    }
  }
  for (const [name, reason] of cases) {
    const before = name.startsWith("locked") ? "" : await stateOf(at(name));
    for (const args of [["runs"], ["sql", "select count(*) from runs", "--json"]]) {
      const { code, stdout, stderr } = await home.run(["--store", name, ...args]);
      assert.deepEqual(
        [code, stdout, stderr],
        [2, "", `agentop: Cannot open the store ${name}: ${reason}\n`],
        `${name} ${args[0]}`,
      );
    }
    if (before !== "") assert.equal(await stateOf(at(name)), before, name);
  }
  if (Deno.build.os !== "windows" && Deno.uid() !== 0) await Deno.chmod(at("locked"), 0o755);
});
