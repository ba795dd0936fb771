import { deepStrictEqual as assertEquals, match, ok, rejects } from "node:assert";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { parse } from "yaml";
import { exportHuggingface } from "../../lib/app/ways_out/export_huggingface.ts";
import type { App } from "../../lib/app/mod.ts";
import { exportApp, writeRuns } from "../support/export_app.ts";
import { fakeHost } from "../support/fake_host.ts";
import { HubServer } from "../support/hub_server.ts";
import { sampleEvents } from "../support/sample_run.ts";

const signal = new AbortController().signal;
const REPO = "tester/agentop-traces";

const appFor = (server: HubServer, more: Readonly<Record<string, string>> = {}) =>
  exportApp({ HF_TOKEN: "hf_token", HF_ENDPOINT: server.url, ...more });

async function rowsOf(server: HubServer): Promise<readonly Record<string, unknown>[]> {
  const files = [...server.repos.get(REPO)!.files].filter(([path]) => path.startsWith("data/"));
  const rows = await Promise.all(
    files.map(([, content]) => parquetReadObjects({ file: content.slice().buffer })),
  );
  return rows.flat();
}

async function score(app: App, runId: string, value: number, experimentId?: string): Promise<void> {
  const store = await app.store();
  const { traceId } = await store.resolveRun(runId);
  const evaluation = {
    evalId: crypto.randomUUID().replaceAll("-", ""),
    traceId,
    name: "numeric",
    value,
    passed: value > 0.5,
    source: "scorer",
    createdAtUs: 1,
    ...(experimentId === undefined ? {} : { experimentId }),
  };
  await store.write([{ type: "evaluation", evaluation }]);
}

Deno.test("exportHuggingface() makes a private dataset: a configuration per agent, stable splits, a card that says all of it", async () => {
  await using server = new HubServer();
  await using app = appFor(server);
  await writeRuns(app, 12);
  const { runs } = await (await app.store()).listRuns();
  await score(app, runs[0]!.runId, 1);
  await score(app, runs[2]!.runId, 0.25);
  const report = await exportHuggingface(app, { signal, validation: 0.3 });
  assertEquals([report.runs, report.isPrivate, report.url], [12, true, `${server.url}/datasets/${REPO}`]);
  const repo = server.repos.get(REPO)!;
  assertEquals(repo.isPrivate, true);
  const rows = await rowsOf(server);
  assertEquals(rows.map(({ runId }) => runId).sort(), runs.map(({ runId }) => runId).sort());
  assertEquals("userId" in rows[0]! || "tags" in rows[0]!, false);
  assertEquals(JSON.parse(rows[0]!.messages as string)[0].role, "system");
  const card = server.text(REPO, "README.md");
  const front = parse(card.split("---\n")[1]!);
  assertEquals(front.configs.map((it: { config_name: string }) => it.config_name), [
    "reader",
    "writer",
    "leaderboard",
  ]);
  assertEquals([front.license, front.license_name], ["other", "not-stated"]);
  const [result] = front["model-index"][0].results;
  assertEquals(result.metrics[0], { type: "numeric", name: "numeric", value: 0.625 });
  match(card, /\| durationMs \| number or null \| ms \|/);
  match(card, /No key was found/);
});

Deno.test("exportHuggingface() writes nothing that is there, and only the files that something is new in", async () => {
  await using server = new HubServer();
  await using app = appFor(server);
  await writeRuns(app, 4);
  await exportHuggingface(app, { signal });
  const commits = server.repos.get(REPO)!.commits;
  const again = await exportHuggingface(app, { signal });
  assertEquals([again.runs, again.unchanged, commits.length], [0, 4, 1]);
  const [run] = (await (await app.store()).listRuns({ filter: { agent: "writer" } })).runs;
  await score(app, run!.runId, 1);
  const third = await exportHuggingface(app, { signal, runs: [run!.runId] });
  assertEquals([third.files, commits.length], [1, 2]);
  ok(commits[1]!.added.every((path) => !path.startsWith("data/reader")), String(commits[1]!.added));
  assertEquals((await rowsOf(server)).length, 4);
});

Deno.test("exportHuggingface() drops what was deleted from the store, and keeps what other exports chose", async () => {
  await using server = new HubServer();
  await using app = appFor(server);
  const host = fakeHost();
  await writeRuns(app, 3, host);
  const store = await app.store();
  const first = await exportHuggingface(app, { signal, filter: { agent: "reader" } });
  assertEquals([first.runs, (await rowsOf(server)).length], [2, 2]);
  await exportHuggingface(app, { signal, filter: { agent: "writer" } });
  assertEquals((await rowsOf(server)).length, 3);
  const [writer] = (await store.listRuns({ filter: { agent: "writer" } })).runs;
  await store.deleteRuns([writer!.runId]);
  await exportHuggingface(app, { signal });
  assertEquals((await rowsOf(server)).map(({ agent }) => agent), ["reader", "reader"]);
});

Deno.test("exportHuggingface() takes out what is a secret by now, and its card counts the places", async () => {
  await using server = new HubServer();
  await using app = appFor(server, { ELEVENLABS_API_KEY: "sesame-0123456789" });
  await using early = exportApp({});
  const store = await early.store();
  await store.write([...sampleEvents({ prompt: "Is sesame-0123456789 a key? <b>", agent: "a|b <i>" })]);
  app.store = () => Promise.resolve(store);
  await exportHuggingface(app, { signal, license: "mit" });
  const [row] = await rowsOf(server);
  assertEquals(row!.prompt, "Is [redacted ELEVENLABS_API_KEY] a key? <b>");
  ok(!JSON.stringify(row, (_, it) => typeof it === "bigint" ? Number(it) : it).includes("sesame"));
  const card = server.text(REPO, "README.md");
  match(card, /\| ELEVENLABS\\_API\\_KEY \| \d+ \|/);
  match(card, /\| a\\\|b \\<i\\> \|/);
});

Deno.test("exportHuggingface() names what has to be set, and writes to nothing that is public or another's unasked", async () => {
  await using server = new HubServer();
  const fails = async (secrets: Readonly<Record<string, string>>, repo: string, reason: RegExp) => {
    await using app = exportApp({ HF_ENDPOINT: server.url, ...secrets });
    await writeRuns(app, 1);
    await rejects(exportHuggingface(app, { signal, repo }), reason);
  };
  const good = { HF_TOKEN: "hf_token" };
  await fails({}, "a", /HF_TOKEN is not set/);
  await fails({ HF_TOKEN: "token" }, "a", /HF_TOKEN is no token of the Hub/);
  await fails({ HF_TOKEN: "hf_wrong" }, "a", /refuses the token of HF_TOKEN/);
  await fails(
    { ...good, HF_ENDPOINT: "http://hub.example.org" },
    "a",
    /without encryption.*HF_ENDPOINT=https/,
  );
  await fails(good, "other/a", /rights.*--repo/);
  await fails(good, "../a", /no name of a dataset/);
  const files = new Map([["README.md", new TextEncoder().encode("mine")]]);
  server.repos.set("tester/open", { isPrivate: false, files: new Map(), commits: [] });
  server.repos.set("tester/mine", { isPrivate: true, files, commits: [] });
  await fails(good, "open", /everybody can read tester\/open.*--public/);
  await fails(good, "mine", /card of its own/);
});

Deno.test("exportHuggingface() that finds no room says what is missing, and goes on when there is some", async () => {
  await using server = new HubServer({ roomBytes: 1 });
  await using app = appFor(server);
  await writeRuns(app, 4);
  await rejects(
    exportHuggingface(app, { signal }),
    /storage limit reached.*; 0 of 2 files are there, data\/reader\/\S+, data\/writer\/\S+ are missing.*goes on/,
  );
  server.roomBytes = Infinity;
  assertEquals((await exportHuggingface(app, { signal })).runs, 4);
});

Deno.test("exportHuggingface() that is killed anywhere and run again leaves nothing out and nothing twice", async () => {
  let dies = Infinity;
  let isDead = false;
  await using server = new HubServer({
    fault: () => {
      if (--dies > 0) return undefined;
      isDead = true;
      return new Response("", { status: 401 });
    },
  });
  await using app = appFor(server);
  await writeRuns(app, 6);
  const store = await app.store();
  // A process that is killed does not write down how far it came.
  const noteSent = store.noteSent.bind(store);
  store.noteSent = (target, sent) => isDead ? Promise.reject(new Error("killed")) : noteSent(target, sent);
  const { runs } = await store.listRuns();
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.nat(5), async (after, which) => {
      await score(app, runs[which]!.runId, which / 5);
      dies = after;
      isDead = false;
      await exportHuggingface(app, { signal }).catch(() => {});
    }),
    { numRuns: 50, seed: 15 },
  );
  dies = Infinity;
  isDead = false;
  await exportHuggingface(app, { signal });
  const rows = await rowsOf(server);
  assertEquals(rows.map(({ runId }) => runId).sort(), runs.map(({ runId }) => runId).sort());
  for (const { traceId, runId } of runs) {
    const { evaluations } = await store.loadTrace(traceId);
    const row = rows.find((it) => it.runId === runId)!;
    assertEquals(JSON.parse(row.evaluations as string).length, evaluations.length);
  }
  assertEquals((await exportHuggingface(app, { signal })).unchanged, 6);
});
