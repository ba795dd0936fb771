import assert from "node:assert/strict";
import type { TrainingLog } from "../../lib/app/mod.ts";
import { Bench } from "./bench.ts";
import { SERVICES } from "./screens_scenario.ts";

function training(model: string, status: TrainingLog["job"]["status"], log: string): TrainingLog {
  return {
    job: {
      jobId: `01999999-0000-7000-8000-${model.padStart(12, "0")}`,
      model,
      command: "train",
      folder: "/data",
      variables: [],
      data: { folder: "/data", hash: "0", lines: 3 },
      status,
      attempts: [],
    },
    log,
  };
}

Deno.test("the workbench follows the log of a training, harmlessly, and shows those before it", async () => {
  const logs = [
    training("00000002", "running", "loss 0.9\r\nloss 0.8\n"),
    training("00000001", "evaluated", "an older one\n"),
  ];
  await using bench = await Bench.open([100, 20], undefined, {
    ...SERVICES,
    trainings: () => Promise.resolve(logs),
  });
  await bench.see(/No runs yet/);
  bench.press(":", ..."training", "enter");
  await bench.see(/Training 00000002: running[\s\S]*loss 0\.9[\s\S]*loss 0\.8[\s\S]*1 of 2 trainings/);
  // What is added is seen: 40 lines more than there is room for, and one that would clear the screen.
  logs[0] = training("00000002", "trained", `${"loss 0.7\n".repeat(40)}\x1b[2Jsaved\n`);
  bench.host.advance(600);
  await bench.see(/Training 00000002: trained[\s\S]*x1b\[2Jsaved/);
  bench.press("g");
  await bench.see(/loss 0\.7/);
  assert(!/saved/.test(await bench.steady()));
  bench.press("]");
  await bench.see(/Training 00000001: evaluated[\s\S]*an older one[\s\S]*2 of 2 trainings/);
  bench.press("escape");
  await bench.see(/No runs yet/);
});

Deno.test("without a training the workbench says how to begin one", async () => {
  await using bench = await Bench.open([100, 20], undefined, SERVICES);
  await bench.see(/No runs yet/);
  bench.press(":", ..."training", "enter");
  await bench.see(/Nothing was trained yet\. Try: agentop finetune init/);
});
