import { App } from "../../lib/app/mod.ts";
import { exportHuggingface } from "../../lib/app/ways_out/export_huggingface.ts";
import { exportWandb } from "../../lib/app/ways_out/export_wandb.ts";
import { HubServer } from "../../tests/support/hub_server.ts";
import { type Figure, timeMs } from "./figure.ts";
import { fill } from "./queries.ts";

const RUNS = 10_000;
const SECONDS_MAX = 60;
/** What a process may grow by between its first half and its second: what is left to the collector of garbage. */
const GROWTH_MAX_MB = 64;

/** Sending many runs to Weights & Biases and to the Hugging Face Hub, over loopback, and what that takes of memory. */
export async function exports(): Promise<Figure[]> {
  const folder = await Deno.makeTempDir();
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net=127.0.0.1", "tasks/bench/wandb_stand_in.ts"],
    stdout: "piped",
  }).spawn();
  await using hub = new HubServer();
  try {
    const { value } = await server.stdout.getReader().read();
    const storePath = `${folder}/runs.db`;
    const { runs, spansPerRun } = await fill(storePath, { spans: RUNS * 7, rounds: 2 });
    await using app = new App({
      useSimulator: true,
      defaults: {},
      retry: { maxAttempts: 1, minWaitMs: 0, maxWaitMs: 0 },
      home: folder,
      storePath,
      storeGiven: true,
      agentFolders: [],
      secrets: {
        WANDB_API_KEY: "key",
        WANDB_BASE_URL: new TextDecoder().decode(value).trim(),
        HF_TOKEN: "hf_token",
        HF_ENDPOINT: hub.url,
      },
      environments: { plain: {}, runner: {} },
    });
    const { signal } = new AbortController();
    const about = `${runs} runs of ${spansPerRun} spans`;
    const wandb = await measured(async () => await exportWandb(app, { signal }));
    const dataset = await measured(async () => await exportHuggingface(app, { signal }));
    return [
      { name: `export wandb, ${about}`, value: wandb.ms / 1000, unit: "s", limit: SECONDS_MAX },
      { name: "… memory grows by", value: wandb.growthMb, unit: "MB", limit: GROWTH_MAX_MB },
      { name: `export huggingface, ${about}`, value: dataset.ms / 1000, unit: "s", limit: SECONDS_MAX },
      { name: "… memory grows by", value: dataset.growthMb, unit: "MB", limit: GROWTH_MAX_MB },
    ];
  } finally {
    server.kill();
    await server.status;
    await Deno.remove(folder, { recursive: true });
  }
}

/** How long it takes, and by how much more memory is in use at most in its second half than in its first. */
async function measured(work: () => Promise<unknown>): Promise<{ ms: number; growthMb: number }> {
  const used: number[] = [];
  const timer = setInterval(() => used.push(Deno.memoryUsage().rss), 100);
  const ms = await timeMs(work);
  clearInterval(timer);
  const half = used.length >> 1;
  const most = (of: readonly number[]) => of.reduce((a, b) => Math.max(a, b), 0);
  return { ms, growthMb: Math.max(0, most(used.slice(half)) - most(used.slice(0, half))) / 1e6 };
}
