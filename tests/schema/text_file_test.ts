import assert from "node:assert/strict";
import { join } from "node:path";
import { decodeText, readTextFile, readTextFileIfThere } from "../../lib/schema/mod.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const wide = (text: string, isBig: boolean, mark: boolean) =>
  Uint8Array.from([...(mark ? "\ufeff" : ""), ...text].flatMap((char) => {
    const code = char.charCodeAt(0);
    return isBig ? [code >> 8, code & 255] : [code & 255, code >> 8];
  }));

function why(bytes: Uint8Array): string {
  const decoded = decodeText(bytes);
  assert("why" in decoded, "text" in decoded ? decoded.text : "");
  return `${decoded.line ?? "-"}: ${decoded.why}. Try: ${decoded.remedy}`;
}

Deno.test("decodeText() reads UTF-8 and drops its byte order mark", () => {
  assert.deepEqual(decodeText(utf8("é\n")), { text: "é\n" });
  assert.deepEqual(decodeText(utf8("\ufeffhello")), { text: "hello" });
  assert.deepEqual(decodeText(utf8("")), { text: "" });
  assert.deepEqual(
    decodeText(utf8("a\ufffdb")),
    { text: "a\ufffdb" },
    "a replacement character may be meant",
  );
});

Deno.test("decodeText() names other encodings, with the line where they show", () => {
  const save = "save it as UTF-8, e.g. iconv";
  assert.equal(
    why(wide("model: a\n", false, true)),
    `-: it is UTF-16 LE, not UTF-8. Try: ${save} -f UTF-16LE -t UTF-8 OLD > NEW`,
  );
  assert.match(why(wide("model: a\n", true, true)), /^-: it is UTF-16 BE, not/);
  assert.match(why(wide("model: a\n", false, false)), /^-: it is UTF-16 LE, not/, "without a mark");
  assert.match(why(wide("model: a\n", true, false)), /^-: it is UTF-16 BE, not/);
  assert.match(why(Uint8Array.of(0xff, 0xfe, 0, 0, 65, 0, 0, 0)), /^-: it is UTF-32 LE, not/);
  assert.match(why(Uint8Array.of(0, 0, 0xfe, 0xff, 0, 0, 0, 65)), /^-: it is UTF-32 BE, not/);
  assert.equal(
    why(Uint8Array.of(...utf8("a\nb: caf"), 0xe9, 10)),
    `2: it is Latin-1, it seems (byte 0xE9), not UTF-8. Try: ${save} -f ISO-8859-1 -t UTF-8 OLD > NEW`,
  );
  assert.match(
    why(Uint8Array.of(...utf8("so"), 0x93, ...utf8("x"))),
    /^1: it is Windows-1252, it seems \(byte 0x93\)/,
  );
  assert.match(
    why(Uint8Array.of(...utf8("日本\n"), 0x93, 0xfa, 0x96, 0x7b)),
    /^2: it is not UTF-8: byte 0x93 does not fit\. Try: save it as UTF-8$/,
  );
  assert.match(why(utf8("a\nb\0c")), /^2: it holds a NUL byte, so it is not text/);
});

Deno.test("readTextFile() reads regular files up to a size, and says what else is there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "a.yaml");
    const read = (name: string, options = {}) =>
      readTextFile(join(folder, name), { maxBytes: 1000, ...options }).then(
        (text) => text,
        (error) => error.message.replaceAll(folder, ""),
      );
    await Deno.writeFile(path, utf8("\ufeffhi"));
    assert.equal(await read("a.yaml"), "hi");
    assert.equal(
      await read("."),
      "Cannot load /: it is a folder, not a file. Try: the path of a text file".replace("/:", ":"),
    );
    assert.equal(
      await read("no", { ifMissing: "agentop init" }),
      "Cannot load /no: there is no such file. Try: agentop init",
    );
    await Deno.writeTextFile(path, "x".repeat(1001));
    assert.equal(
      await read("a.yaml"),
      "Cannot load /a.yaml: it is larger than 0.001 MB. Try: a smaller file",
    );
    await Deno.writeFile(path, Uint8Array.of(10, 0xe9));
    assert.match(await read("a.yaml", { verb: "use" }), /^Cannot use \/a\.yaml:2: it is Latin-1, it seems/);
    assert.equal(await readTextFileIfThere(join(folder, "no"), { maxBytes: 1 }), undefined);
    if (Deno.build.os === "windows") return;
    await Deno.symlink("/dev/zero", join(folder, "zero"));
    assert.match(await read("zero"), /^Cannot load \/zero: it is a device, not a file\./);
    const { success } = await new Deno.Command("mkfifo", { args: [join(folder, "pipe")] }).output();
    assert(success);
    assert.equal(
      await read("pipe"),
      "Cannot load /pipe: it is a pipe, not a file. Try: the path of a text file",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
