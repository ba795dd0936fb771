import assert from "node:assert/strict";
import { join } from "node:path";
import { speechOf } from "../../lib/analysis/mod.ts";
import { App, loadSpeech } from "../../lib/app/mod.ts";
import { readConfig } from "../../lib/cli/config.ts";
import { type ElevenLabsOptions, startElevenLabs } from "../support/elevenlabs_server.ts";
import { createTool } from "../../lib/tools/mod.ts";
import { systemHost } from "../../lib/core/mod.ts";
import { TestAgency } from "../support/test_agency.ts";

const { speechReport, writeSpeech } = await loadSpeech();
const signal = new AbortController().signal;

const SCENARIO = `
name: speak
steps:
  - toolCalls: [{ name: elevenlabs_speak, arguments: { text: "Good morning.", path: "morning.mp3" } }]
  - toolCalls: [{ name: elevenlabs_speak, arguments: { text: "Good night.", path: "a/night.mp3" } }]
  - { text: "Both are spoken." }
`;

/** An agent that speaks twice, its store, and the account it speaks with. */
async function spoken(
  options: ElevenLabsOptions = {},
  { model = "eleven_v3", plan }: { readonly model?: string; readonly plan?: string } = {},
) {
  const stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "agentop-speech-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const server = stack.use(startElevenLabs(options));
  const env: Record<string, string> = {
    ELEVENLABS_API_KEY: server.key,
    ELEVENLABS_BASE_URL: server.url,
    ...(plan === undefined ? {} : { ELEVENLABS_PLAN: plan }),
  };
  const app = stack.use(
    new App(readConfig({ home: folder, store: join(folder, "agentop.db") }, (name) => env[name])),
  );
  const tool = createTool("elevenlabs_speak", { outputDir: "audio", model }, {
    host: systemHost(),
    baseDir: folder,
    secrets: app.config.secrets,
    denoPath: Deno.execPath(),
  });
  const agency = stack.use(
    await TestAgency.open({
      store: await app.store(),
      scenarios: SCENARIO,
      tools: { elevenlabs_speak: tool },
      approver: () => Promise.resolve({ decision: "allow", by: "test" }),
    }),
  );
  const run = await agency.runner.run(await agency.agent("model: mistral-small-latest\n"), {
    prompt: "Speak.",
  });
  return { app, folder, run, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

Deno.test("speech is kept in the trace, heard again from it, and never sent to a model", async () => {
  await using it = await spoken();
  const { app, folder, run } = it;
  assert.equal(run.output, "Both are spoken.");
  const trace = await (await app.store()).loadTrace(run.traceId);
  const calls = [...trace.spans.values()].filter(({ kind }) => kind === "tool");
  const [morning, night] = calls.map(({ spanId }) => speechOf(trace, spanId)!);
  assert.deepEqual([morning!.name, night!.name], ["morning.mp3", "a/night.mp3"]);
  assert.equal(atob(morning!.part.data), "ID3 Good morning.");
  const models = [...trace.spans.values()].filter(({ kind }) => kind === "llm");
  assert(!JSON.stringify(models.map((it) => it.inputMessages)).includes("audio/mpeg"));
  assert.deepEqual(run.warnings ?? [], []);
  assert.deepEqual((await (await app.store()).verify()).problems, []);

  const written = await writeSpeech(app, join(folder, "out"), { signal });
  assert.deepEqual(written.map((path) => path.replace(/.*-(?=\d-)/, "")), ["1-morning.mp3", "2-night.mp3"]);
  assert.equal(await Deno.readTextFile(written[1]!), "ID3 Good night.");
});

Deno.test("speechReport() adds up characters and credits by model, against what is left of the account", async () => {
  await using it = await spoken({ usedCredits: 100 });
  const { models, account, runs } = await speechReport(it.app, { signal });
  assert.equal(runs, 1);
  assert.deepEqual(models, [{
    model: "eleven_v3",
    calls: 2,
    characters: 24,
    credits: 24,
    creditsAreEstimated: false,
    costUsd: 0,
    unknownCostCalls: 2,
  }]);
  assert.deepEqual(account, {
    tier: "creator",
    usedCredits: 124,
    limitCredits: 1000,
    leftCredits: 876,
    resetsAt: "2027-01-01T00:00:00.000Z",
  });
});

Deno.test("speechReport() says what is unknown: credits that nobody told, an account that the key may not see", async () => {
  await using it = await spoken(
    { permissions: ["text_to_speech"], saysCost: false },
    { model: "eleven_flash_v2_5" },
  );
  const { models, account } = await speechReport(it.app, { signal });
  assert.deepEqual(
    [models[0]!.characters, models[0]!.credits, models[0]!.creditsAreEstimated],
    [24, 13, true],
    "half a credit a character, each call rounded up",
  );
  assert.deepEqual(account, { unknown: "the key has not the permission user_read" });
  await using none = await spoken({ limitCredits: 5 });
  const report = await speechReport(none.app, { signal });
  assert.deepEqual(report.models, [], "what was refused was not spoken");
  await assert.rejects(
    writeSpeech(none.app, none.folder, { signal }),
    /Cannot write speech: the chosen runs keep none/,
  );
});
