import assert from "node:assert/strict";
import { connectionText, newConnection, readConnectionFile } from "../../../lib/notebook/wire/mod.ts";

async function fileOf(text: string): Promise<string> {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, text);
  return path;
}

Deno.test("readConnectionFile() reads what a front end writes", async () => {
  const connection = newConnection();
  const path = await fileOf(connectionText(connection));
  assert.deepEqual(await readConnectionFile(path), connection);
  await Deno.remove(path);
});

Deno.test("readConnectionFile() refuses addresses of other machines, messages without signature, and what is no such file", async () => {
  const right = JSON.parse(connectionText(newConnection()));
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{ ...right, ip: "0.0.0.0" }, /address is not on this machine/],
    [{ ...right, ip: "192.0.2.1" }, /address is not on this machine/],
    [{ ...right, key: "" }, /no key/],
    [{ ...right, signature_scheme: "hmac-md5" }, /hmac-sha256/],
    [{ ...right, transport: "ipc" }, /only TCP/],
    [{ ...right, shell_port: 70_000 }, /shell_port is no port/],
    [[], /no connection file/],
  ];
  for (const [file, expected] of cases) {
    const path = await fileOf(JSON.stringify(file));
    await assert.rejects(readConnectionFile(path), expected);
    await Deno.remove(path);
  }
  await assert.rejects(
    readConnectionFile("/nowhere/kernel.json"),
    /Cannot start the kernel from \/nowhere\/kernel.json/,
  );
});
