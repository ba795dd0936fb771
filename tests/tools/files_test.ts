import assert from "node:assert/strict";
import { join } from "node:path";
import type { Tool } from "../../lib/core/mod.ts";
import { context, fails, succeeds, tempFolder, tool } from "./support.ts";

interface Place extends Disposable {
  readonly base: string;
  readonly root: string;
  readonly read: Tool;
  readonly list: Tool;
  readonly write: Tool;
}

/** A root with a file, next to a secret that no tool may touch. */
function place(): Place {
  const folder = tempFolder();
  const root = join(folder.path, "root");
  Deno.mkdirSync(join(root, "sub"), { recursive: true });
  Deno.mkdirSync(join(folder.path, "root_evil"));
  Deno.writeTextFileSync(join(folder.path, "secret.txt"), "SECRET");
  Deno.writeTextFileSync(join(folder.path, "root_evil", "secret.txt"), "SECRET");
  Deno.writeTextFileSync(join(root, "sales.csv"), "a,b\n1,2\n3,4\n");
  Deno.writeTextFileSync(join(root, "sub", "x.txt"), "inner");
  const make = (name: string, config: object = {}) =>
    tool(name, { root: "./root", ...config }, { baseDir: folder.path });
  return {
    base: folder.path,
    root,
    read: make("read_file"),
    list: make("list_files"),
    write: make("write_file", { append: true, maxBytes: 10_000 }),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

const ESCAPES: readonly string[] = [
  "../secret.txt",
  "./../secret.txt",
  "sub/../../secret.txt",
  "sub/../../../../../../etc/passwd",
  "..",
  "../",
  "sub/..",
  "sub/../sales.csv",
  "../root_evil/secret.txt",
  "/etc/passwd",
  "//etc/passwd",
  "///etc/passwd",
  "/proc/self/environ",
  "/dev/zero",
  "..\\secret.txt",
  "sub\\..\\..\\secret.txt",
  "C:\\Windows\\win.ini",
  "C:/Windows/win.ini",
  "c:secret.txt",
  "\\\\server\\share",
  "sales.csv\0.txt",
  "../secret.txt\0.csv",
  "sub/\n../x",
  "a\u007fb",
  "\ud800",
  "x/".repeat(100) + "y",
  "y".repeat(2_000),
  "link_file",
  "link_folder/secret.txt",
  "link_absolute",
  "link_chain",
  "link_proc/environ",
  "sub/link_up/secret.txt",
  "link_loop",
  "link_dev",
];

/** Ways out that need something on disk. */
function plantLinks({ root }: Place): void {
  Deno.symlinkSync("../secret.txt", join(root, "link_file"));
  Deno.symlinkSync("..", join(root, "link_folder"));
  Deno.symlinkSync("/etc/passwd", join(root, "link_absolute"));
  Deno.symlinkSync("link_file", join(root, "link_chain"));
  Deno.symlinkSync("/proc/self", join(root, "link_proc"));
  Deno.symlinkSync("../..", join(root, "sub", "link_up"));
  Deno.symlinkSync("link_loop", join(root, "link_loop"));
  Deno.symlinkSync("/dev/zero", join(root, "link_dev"));
}

for (const path of ESCAPES) {
  Deno.test(`file tools stay inside with ${JSON.stringify(path.slice(0, 40))}`, async () => {
    using here = place();
    plantLinks(here);
    for (
      const [target, args] of [[here.read, { path }], [here.list, { path }], [here.write, {
        path,
        content: "owned",
      }]] as const
    ) {
      const message = await fails(target, args);
      assert.ok(!message.includes("SECRET") && !message.includes("root:"), message);
      assert.ok(!message.includes(here.base), `tells the absolute path: ${message}`);
    }
    assert.equal(Deno.readTextFileSync(join(here.base, "secret.txt")), "SECRET");
    assert.deepEqual([...Deno.readDirSync(here.base)].map((entry) => entry.name).sort(), [
      "root",
      "root_evil",
      "secret.txt",
    ]);
  });
}

Deno.test("file tools refuse a second name of a file outside, and take a copy", async () => {
  using here = place();
  const outsideFile = join(here.base, "secret.txt");
  const inside = join(here.root, "hard.txt");
  Deno.linkSync(outsideFile, inside);
  for (
    const [target, args] of [
      [here.read, { path: "hard.txt" }],
      [here.write, { path: "hard.txt", content: "owned" }],
      [here.write, { path: "hard.txt", content: "owned", append: true }],
    ] as const
  ) assert.match(await fails(target, args), /second name \(a hard link\).* Try: a copy/);
  assert.equal(Deno.readTextFileSync(outsideFile), "SECRET");
  Deno.removeSync(inside);
  Deno.copyFileSync(outsideFile, inside);
  assert.equal((await succeeds(here.read, { path: "hard.txt" })).content, "SECRET");
});

Deno.test("read_file reads files, and files behind links that stay inside", async () => {
  using here = place();
  Deno.symlinkSync("sub/x.txt", join(here.root, "inner_link"));
  assert.equal((await succeeds(here.read, { path: "sales.csv" })).content, "a,b\n1,2\n3,4\n");
  assert.equal((await succeeds(here.read, { path: "./sub//x.txt" })).content, "inner");
  assert.equal((await succeeds(here.read, { path: "inner_link" })).content, "inner");
});

Deno.test("read_file finds a name in its other Unicode form", async () => {
  using here = place();
  Deno.writeTextFileSync(join(here.root, "caf\u00e9.txt"), "nfc");
  Deno.writeTextFileSync(join(here.root, "nin\u0303o.txt"), "nfd");
  assert.equal((await succeeds(here.read, { path: "cafe\u0301.txt" })).content, "nfc");
  assert.equal((await succeeds(here.read, { path: "ni\u00f1o.txt" })).content, "nfd");
});

Deno.test("read_file gives the lines asked for", async () => {
  using here = place();
  const read = async (args: object) => (await succeeds(here.read, { path: "sales.csv", ...args })).content;
  assert.equal(await read({ offset: 2, limit: 1 }), "1,2\n");
  assert.equal(await read({ offset: 2 }), "1,2\n3,4\n");
  assert.equal(await read({ limit: 1 }), "a,b\n");
  assert.match(await fails(here.read, { path: "sales.csv", offset: 40 }), /no line 40: it has 4 lines/);
});

Deno.test("read_file gives lines across chunk borders", async () => {
  using here = place();
  const lines = Array.from({ length: 30_000 }, (_, i) => `line ${i + 1} é`);
  Deno.writeTextFileSync(join(here.root, "long.txt"), lines.join("\n"));
  for (const offset of [1, 4_000, 8_191, 29_990]) {
    const { content } = await succeeds(here.read, { path: "long.txt", offset, limit: 10 });
    assert.equal(content, lines.slice(offset - 1, offset + 9).join("\n") + "\n");
  }
});

Deno.test("read_file cuts a large file and says how large it is", async () => {
  using here = place();
  Deno.writeTextFileSync(join(here.root, "big.txt"), "é".repeat(100_000));
  const { content, truncatedBytes } = await succeeds(
    here.read,
    { path: "big.txt" },
    context({ maxOutputBytes: 1_000 }),
  );
  assert.ok(new TextEncoder().encode(content).length <= 1_000);
  assert.match(
    content,
    /^é+\n\[\.\.\. the file has 200,000 bytes; call again with offset and limit for more\]$/,
  );
  assert.ok(truncatedBytes! > 199_000);
});

Deno.test("read_file refuses binary files, folders, pipes, databases and what is missing", async () => {
  using here = place();
  Deno.writeFileSync(join(here.root, "a.png"), new Uint8Array([137, 80, 78, 71, 0, 1]));
  Deno.writeTextFileSync(join(here.root, "store.db"), "x");
  Deno.writeTextFileSync(join(here.root, "empty.txt"), "");
  Deno.symlinkSync("store.db", join(here.root, "notes.txt"));
  await new Deno.Command("mkfifo", { args: [join(here.root, "pipe")] }).output();
  assert.match(await fails(here.read, { path: "a.png" }), /binary file of 6 bytes/);
  assert.match(await fails(here.read, { path: "sub" }), /it is a folder/);
  assert.match(await fails(here.read, { path: "pipe" }), /not a regular file/);
  assert.match(await fails(here.read, { path: "store.db" }), /database file. Try: the sqlite_query tool/);
  assert.match(await fails(here.read, { path: "notes.txt" }), /database file/);
  assert.match(await fails(here.read, { path: "none.txt" }), /it does not exist/);
  assert.match(await fails(here.read, { path: "sales.csv/x" }), /not a folder/);
  assert.match((await succeeds(here.read, { path: "empty.txt" })).content, /empty/);
});

Deno.test("file tools refuse a root that is a link to a system folder, or is missing", async () => {
  using folder = tempFolder();
  Deno.symlinkSync("/proc/self", join(folder.path, "p"));
  const read = (root: string) => tool("read_file", { root }, { baseDir: folder.path });
  assert.match(await fails(read("./p"), { path: "status" }), /Cannot open the root folder/);
  assert.match(await fails(read("./none"), { path: "x" }), /root folder: it does not exist/);
});

Deno.test("list_files shows names, sizes and links without following them", async () => {
  using here = place();
  plantLinks(here);
  Deno.writeTextFileSync(join(here.root, "two\nlines"), "");
  const { content } = await succeeds(here.list, { depth: 3 });
  const lines = content.split("\n");
  assert.ok(lines.includes("sales.csv  12 bytes"));
  assert.ok(lines.includes("sub/") && lines.includes("sub/x.txt  5 bytes"));
  assert.ok(lines.includes("link_folder  (link)"));
  assert.ok(lines.includes("two\ufffdlines  0 bytes"));
  assert.ok(!content.includes("secret"));
  assert.equal((await succeeds(here.list, { path: "sub" })).content.split("\n")[1], "x.txt  5 bytes");
  assert.match(await fails(here.list, { path: "sales.csv" }), /it is a file/);
});

Deno.test("list_files stops at its limit", async () => {
  using here = place();
  for (let i = 0; i < 1_100; i++) Deno.writeTextFileSync(join(here.root, "sub", `f${i}`), "");
  const { content } = await succeeds(here.list, { path: "sub" });
  assert.equal(content.split("\n").length, 1_001);
  assert.match(content, /more than 1,000 entries/);
});

Deno.test("write_file makes folders, replaces atomically and appends", async () => {
  using here = place();
  const path = "new/deep/a.txt";
  const target = join(here.root, path);
  await succeeds(here.write, { path, content: "one" });
  assert.equal(Deno.readTextFileSync(target), "one");
  Deno.chmodSync(target, 0o640);
  const before = Deno.statSync(target);
  const { content } = await succeeds(here.write, { path, content: "zwei ü" });
  assert.equal(content, "Wrote 7 bytes: new/deep/a.txt has 7 bytes now.");
  assert.notEqual(Deno.statSync(target).ino, before.ino); // another file took its place
  assert.equal(Deno.statSync(target).mode! & 0o777, 0o640);
  await succeeds(here.write, { path, content: "!", append: true });
  assert.equal(Deno.readTextFileSync(target), "zwei ü!");
  assert.deepEqual([...Deno.readDirSync(join(here.root, "new/deep"))].map((entry) => entry.name), ["a.txt"]);
});

Deno.test("write_file refuses links, folders, databases, too much, and leaves nothing behind", async () => {
  using here = place();
  Deno.symlinkSync("sales.csv", join(here.root, "alias"));
  Deno.symlinkSync("../created.txt", join(here.root, "dangling"));
  const write = (path: string, content = "x", append = false) => fails(here.write, { path, content, append });
  assert.match(await write("alias"), /it is a link/);
  assert.match(await write("dangling"), /it is a link/);
  assert.match(await write("sub"), /it is a folder/);
  assert.match(await write("."), /names no file/);
  assert.match(await write("my.sqlite-wal"), /database file/);
  assert.match(await write("sales.csv/x"), /not a folder|exists/);
  assert.match(await write("big", "x".repeat(10_001)), /10,001 bytes, at most 10,000/);
  assert.match(await write("sales.csv", "x".repeat(9_999), true), /10,011 bytes, at most 10,000/);
  assert.match(await write("n".repeat(300)), /Cannot write/);
  assert.equal(Deno.readTextFileSync(join(here.root, "sales.csv")), "a,b\n1,2\n3,4\n");
  assert.deepEqual([...Deno.readDirSync(here.root)].map((entry) => entry.name).sort(), [
    "alias",
    "dangling",
    "sales.csv",
    "sub",
  ]);
  assert.throws(() => Deno.lstatSync(join(here.base, "created.txt")), Deno.errors.NotFound);
});

Deno.test("write_file appends side by side to a file that is not there yet, and loses nothing", async () => {
  using here = place();
  const lines = Array.from({ length: 8 }, (_, n) => `line ${n}\n`);
  const path = "new/log.txt";
  await Promise.all(lines.map((content) => succeeds(here.write, { path, content, append: true })));
  const written = await Deno.readTextFile(join(here.root, path));
  assert.deepEqual(written.trimEnd().split("\n").sort(), lines.map((line) => line.trimEnd()));
});

Deno.test("write_file has no append argument unless the agent file allows it, and makes its root", async () => {
  using folder = tempFolder();
  const write = tool("write_file", { root: "./out" }, { baseDir: folder.path });
  assert.match(await fails(write, { path: "a", content: "x", append: true }), /unknown key "append"/);
  await succeeds(write, { path: "a", content: "x" });
  assert.equal(Deno.readTextFileSync(join(folder.path, "out", "a")), "x");
});
