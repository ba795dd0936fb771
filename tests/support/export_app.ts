import { App, type AppConfig } from "../../lib/app/mod.ts";
import { MEMORY } from "../../lib/store/mod.ts";
import { fakeHost } from "./fake_host.ts";
import { sampleEvents } from "./sample_run.ts";

/** A program with a store of its own and these keys. */
export function exportApp(secrets: AppConfig["secrets"], host = fakeHost()): App {
  return new App({
    useSimulator: true,
    defaults: {},
    retry: { maxAttempts: 1, minWaitMs: 0, maxWaitMs: 0 },
    home: "/nowhere",
    storePath: MEMORY,
    storeGiven: true,
    agentFolders: [],
    secrets,
    environments: { plain: {}, runner: {} },
  }, { host });
}

/** Runs of two agents, of one to three rounds. */
export async function writeRuns(app: App, count: number, host = fakeHost()): Promise<void> {
  const store = await app.store();
  for (let n = 0; n < count; n++) {
    await store.write([...sampleEvents({ rounds: 1 + n % 3, host, agent: n % 2 ? "writer" : "reader" })]);
  }
}
