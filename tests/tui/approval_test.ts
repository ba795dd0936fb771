import assert from "node:assert/strict";
import { join } from "node:path";
import { approvalHelp } from "../../lib/app/mod.ts";
import { ATTR, type CallTouch } from "../../lib/core/mod.ts";
import { Bench } from "./bench.ts";
import { type Story, waitingRun } from "./scenario.ts";

const SIZE = [100, 30] as const;
const HELP = approvalHelp({ environments: { plain: {} } } as never);

/** A workbench with a call that waits in the run `story`; `touches` is what its arguments mean. */
async function asked(args: unknown, touches: readonly CallTouch[], edit?: (text: string) => string) {
  let waiting: { story: Story; question: string } | undefined;
  const bench = await Bench.open(SIZE, async (store, host) => {
    waiting = await waitingRun(store, host, args, { [ATTR.approvalTouches]: touches });
  }, { ...HELP, ...(edit ? { openEditor: (text: string) => Promise.resolve(edit(text)) } : {}) });
  await bench.see(/◔ waiting/);
  bench.press("enter");
  await bench.see(/waits: press a/);
  bench.press("a");
  await bench.see(/Approve\?/);
  const { story, question } = waiting!;
  const said = async () =>
    (await bench.store.takeControl(story.run.traceId)).map(({ action, argument }) => {
      const { spanId, by, ...rest } = argument;
      assert.deepEqual([spanId, by], [question, "workbench"]);
      return [action, rest];
    });
  return { bench, said };
}

const fileIn = (root: string): CallTouch => ({ kind: "file", root, path: "path", text: "content" });

Deno.test("a call that writes shows the place, and what changes in the file that is there", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(root, "letter.md"), "Dear customer,\nhello.\nAda\n");
    const args = { path: "letter.md", content: "Dear customer,\nthank you.\nAda\n" };
    const { bench, said } = await asked(args, [fileIn(root)]);
    await using _ = bench;
    const screen = await bench.see(/- hello\.[\s\S]*\+ thank you\./);
    assert.match(screen, /writes .*letter\.md/);
    assert.doesNotMatch(screen, /\\n/, "line breaks are line breaks");
    bench.press("P");
    await bench.see(/Allowed for this run/);
    assert.deepEqual(await said(), [["approve", { scope: "path" }]]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("a file that is not there is new, and one that leads outside is not read", async () => {
  const root = await Deno.makeTempDir();
  try {
    const target = (path: string) => ({ kind: "file", root, path, text: "x", isAppended: false }) as const;
    assert.deepEqual(await HELP.fileChange(target("new.md")), { kind: "new" });
    assert.equal((await HELP.fileChange(target("../x"))).kind, "unknown");
    await Deno.symlink(new URL(import.meta.url).pathname, join(root, "link"));
    assert.equal((await HELP.fileChange(target("link"))).kind, "unknown");
    await Deno.writeTextFile(join(root, "marked.md"), "\ufeffx");
    assert.equal(
      (await HELP.fileChange(target("marked.md"))).kind,
      "changed",
      "a mark of byte order is a byte",
    );
    await Deno.writeFile(join(root, "latin.md"), new Uint8Array([0xe9]));
    assert.deepEqual(await HELP.fileChange(target("latin.md")), {
      kind: "unknown",
      reason: "the file there is no text",
    });
    const etc = { ...target("passwd"), root: "/etc" };
    assert.deepEqual(await HELP.fileChange(etc), { kind: "unknown", reason: "the folder is private" });
    // Of a folder that is not, what lies in one that is; and of a home folder all that is hidden, also for who works in it.
    await Deno.mkdir(join(root, ".keys"));
    await Deno.writeTextFile(join(root, ".keys", "id"), "secret");
    const help = approvalHelp({ environments: { plain: { HOME: root } } } as never);
    const inHome = { ...target("id"), root: join(root, ".keys") };
    assert.deepEqual(await help.fileChange(inHome), { kind: "unknown", reason: "the folder is private" });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("a request shows its method and host, which can be allowed for the run", async () => {
  const { bench, said } = await asked({ url: "https://api.example.org:8443/x" }, [
    { kind: "request", method: "GET", url: "url" },
  ]);
  await using _ = bench;
  await bench.see(/GET https:\/\/api\.example\.org:8443\/x\s[\s\S]*host api\.example\.org:8443/);
  bench.press("H");
  await bench.see(/Allowed for this run: api\.example\.org:8443/);
  assert.deepEqual(await said(), [["approve", { scope: "host" }]]);
});

Deno.test("a call is refused with words that the model reads", async () => {
  const { bench, said } = await asked({ n: 1 }, []);
  await using _ = bench;
  bench.press("r");
  await bench.see(/why not:/);
  bench.press("use the other file", "enter");
  await bench.see(/Refused; the model is told/);
  assert.deepEqual(await said(), [["deny", { reason: "use the other file" }]]);
});

Deno.test("arguments are edited as text with real line breaks, shown again, and allowed once", async () => {
  let text = "";
  const { bench, said } = await asked({ path: "a.md", body: "one\ntwo\n" }, [], (given) => {
    text = given;
    return given.replace("two", "three");
  });
  await using _ = bench;
  bench.press("e");
  await bench.see(/with your arguments:[\s\S]*three/);
  assert.match(text, /body: \|\n {2}one\n {2}two\n/);
  bench.press("A");
  bench.press("y");
  await bench.see(/Allowed with your arguments/);
  assert.deepEqual(await said(), [["approve", { arguments: { path: "a.md", body: "one\nthree\n" } }]]);
});

Deno.test("what was edited and cannot be read does not let the model's arguments through", async () => {
  const { bench, said } = await asked({ n: 1 }, [], () => "- no arguments");
  await using _ = bench;
  bench.press("e");
  bench.press("y");
  await bench.see(/not in use yet/);
  assert.deepEqual(await said(), []);
  bench.press("escape", "a");
  await bench.see(/Approve\?/);
  bench.press("y");
  await bench.see(/Allowed once/);
  assert.deepEqual(await said(), [["approve", {}]]);
});

Deno.test("text that cannot be arguments is refused with a reason", async () => {
  for (const text of ["- a", "x: [", "key: '[redacted MISTRAL_API_KEY]'", "a: &x 1\nb: *x\nc: {d: *nope}"]) {
    await assert.rejects(HELP.readArguments(text), /Cannot use these arguments/);
  }
});
