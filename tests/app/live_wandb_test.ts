import { deepStrictEqual as assertEquals, match } from "node:assert";
import type { App } from "../../lib/app/mod.ts";
import { exportWandb } from "../../lib/app/ways_out/export_wandb.ts";
import { LiveWandb } from "../../lib/app/ways_out/live_wandb.ts";
import { exportApp } from "../support/export_app.ts";
import { fakeHost } from "../support/fake_host.ts";
import { sampleEvents } from "../support/sample_run.ts";
import { WandbServer } from "../support/wandb_server.ts";

const host = fakeHost();
const appFor = (server: WandbServer) => exportApp({ WANDB_API_KEY: "key", WANDB_BASE_URL: server.url });

/** Writes the events of a run as its loop would, and tells the listener of each. */
async function perform(app: App, live: LiveWandb, each: (left: number) => Promise<void>): Promise<void> {
  const store = await app.store();
  const events = [...sampleEvents({ rounds: 3, host })];
  for (const [index, event] of events.entries()) {
    await store.write([event]);
    live.listen(event);
    await each(events.length - index - 1);
  }
}

Deno.test("LiveWandb tells of steps while the run goes; the end adds the rest, and an export afterwards nothing", async () => {
  const arrived: (() => void)[] = [];
  await using server = new WandbServer({
    fault: (request) => {
      if (request.url.endsWith("file_stream")) arrived.shift()?.();
      return undefined;
    },
  });
  await using app = appFor(server);
  const live = new LiveWandb(app, { intervalMs: 0 });
  const seen = new Promise<void>((resolve) => arrived.push(resolve));
  await perform(app, live, async (left) => {
    if (left === 3) await seen; // and the run is not over
  });
  assertEquals([...server.runs.values()].map(({ exitcode }) => exitcode), [undefined]);
  assertEquals(await live.end(), undefined);
  const [run] = server.runs.values();
  assertEquals(run!.history.map((line) => JSON.parse(line)._step), [0, 1, 2, 3, 4, 5]);
  assertEquals([run!.exitcode, server.committed("trace").length], [0, 1]);
  const report = await exportWandb(app, { signal: new AbortController().signal });
  assertEquals([report.runs, report.unchanged], [0, 1]);
});

Deno.test("LiveWandb makes up at the end for a server that was away, and says once what it could not tell", async () => {
  let isAway = true;
  await using server = new WandbServer({
    fault: () => isAway ? new Response("away", { status: 503 }) : undefined,
  });
  await using app = appFor(server);
  const live = new LiveWandb(app, { intervalMs: 0 });
  await perform(app, live, () => new Promise((resolve) => setTimeout(resolve)));
  isAway = false;
  assertEquals(await live.end(), undefined);
  assertEquals([...server.runs.values()].map(({ exitcode }) => exitcode), [0]);
  isAway = true;
  const other = new LiveWandb(app, { intervalMs: 0 });
  await perform(app, other, () => Promise.resolve());
  const untold = await other.end();
  match(untold!.message, /answered 503: away/);
});

Deno.test("LiveWandb ends in time though the server hangs", async () => {
  const over = new AbortController();
  await using server = new WandbServer({
    fault: () =>
      new Promise((resolve) => over.signal.addEventListener("abort", () => resolve(new Response()))),
  });
  await using app = appFor(server);
  const live = new LiveWandb(app, { intervalMs: 0, endMaxMs: 50 });
  await perform(app, live, () => Promise.resolve());
  match((await live.end())!.message, /longer than 0.05 s/);
  over.abort();
});
