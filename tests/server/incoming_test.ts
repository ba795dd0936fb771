import { deepStrictEqual as assertEquals } from "node:assert";
import type { ServerNote } from "../../lib/core/mod.ts";
import { encodeTraces } from "../../lib/otlp/mod.ts";
import { Incoming } from "../../lib/server/incoming.ts";
import { MEMORY, openStore } from "../../lib/store/mod.ts";
import { sent, span } from "../otlp/spans.ts";
import { fakeHost } from "../support/fake_host.ts";
import { TestServer } from "./support.ts";

const figures = ({ spans, spansPerSecond, errors, sender }: ServerNote) => [
  spans,
  spansPerSecond,
  errors,
  sender,
];

Deno.test("Incoming notes how much comes in a second, from whom, and that nothing more comes", async () => {
  const host = fakeHost();
  await using store = await openStore(MEMORY, { host });
  const incoming = new Incoming(store, host);
  await incoming.open("http://127.0.0.1:4318");
  const noted = async () => (await store.serverNotes()).map(figures);
  assertEquals(await noted(), [[0, 0, 0, undefined]]);
  incoming.took(300, "shop");
  host.advance(2_000);
  incoming.took(100, undefined);
  incoming.refused();
  await incoming.note();
  assertEquals(await noted(), [[400, 200, 1, "shop"]]);
  await incoming.note();
  assertEquals(await noted(), [[400, 0, 1, "shop"]]);
  await incoming.close();
  assertEquals(await noted(), []);
});

Deno.test("a server is known in its store from its start to its end, with what it took and refused", async () => {
  await using server = await TestServer.start();
  const { store } = server;
  assertEquals((await store.serverNotes()).map(({ url }) => url), [server.url]);
  const { promise, resolve } = Promise.withResolvers<ServerNote>();
  const stop = store.onChange(async () => {
    const [note] = await store.serverNotes();
    if (note && note.spans === 2 && note.errors === 1) resolve(note);
  });
  const post = (body: Uint8Array<ArrayBuffer>) =>
    fetch(`${server.url}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body,
    }).then((it) => it.arrayBuffer());
  await post(new Uint8Array(encodeTraces(sent([span(1), span(2)], { "service.name": "shop" }))));
  await post(new Uint8Array([1, 2, 3]));
  assertEquals((await promise).sender, "shop");
  stop();
  await server.server.close();
  assertEquals(await store.serverNotes(), []);
});

Deno.test("serverNotes() says nothing of a server whose process has died", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/agentop.db`;
  const note = {
    url: "http://127.0.0.1:1",
    startedAtUs: 1,
    notedAtUs: 1,
    spans: 0,
    spansPerSecond: 0,
    errors: 0,
  };
  {
    await using dying = await openStore(path);
    await dying.saveServerNote(note);
    await using other = await openStore(path);
    assertEquals((await other.serverNotes()).map(({ url }) => url), [note.url]);
  }
  await using store = await openStore(path);
  assertEquals(await store.serverNotes(), []);
  await Deno.remove(folder, { recursive: true });
});
