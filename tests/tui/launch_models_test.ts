import assert from "node:assert/strict";
import type { LaunchRequest } from "../../lib/app/mod.ts";
import { Bench } from "./bench.ts";
import { assertGolden } from "./golden.ts";
import { finishedRun } from "./scenario.ts";

async function inModelField(size: readonly [number, number], requests: LaunchRequest[] = []): Promise<Bench> {
  const bench = await Bench.open(size, finishedRun, {
    launch: (request) => {
      requests.push(request);
      return Promise.reject(new Error("written down only"));
    },
    chatModels: () => Promise.resolve(["mistral-large-latest", "mistral-medium-latest", "codestral-latest"]),
  }, { color: "none" });
  await bench.see(/▶ ✓ done/);
  bench.press("2");
  await bench.see(/What should \S+ do/);
  bench.press("enter", "Hello", "tab");
  await bench.see(/codestral-latest/);
  return bench;
}

for (const size of [[160, 48], [100, 30], [80, 24]] as const) {
  Deno.test(`viewApp() draws launch_models_${size[0]}x${size[1]} while a model is chosen`, async () => {
    await using bench = await inModelField(size);
    await assertGolden(`launch_models_${size[0]}x${size[1]}`, await bench.steady());
  });
}

Deno.test("letters narrow the models, arrows choose one, up gives back what was typed, and it is started with", async () => {
  const requests: LaunchRequest[] = [];
  await using bench = await inModelField([160, 48], requests);
  bench.press("larg");
  await bench.until((screen) => !/codestral/.test(screen), "the models that fit");
  bench.press("down");
  await bench.see(/model {8}mistral-large-latest/);
  bench.press("up");
  await bench.until((screen) => !/model {8}mistral-large/.test(screen), "what was typed");
  bench.press("down", "ctrl+s");
  await bench.until(() => requests.length > 0, "the start");
  assert.equal(requests[0]!.overrides?.["model"], "mistral-large-latest");
});
