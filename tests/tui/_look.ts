import { Bench } from "./bench.ts";
import { everyState, waitingRun } from "./scenario.ts";
const [c, r] = [Number(Deno.args[0] ?? 100), Number(Deno.args[1] ?? 30)];
const what = Deno.args[2] ?? "runs";
await using b = await Bench.open([c, r], async (s, h) => {
  if (what !== "empty") {
    await everyState(s, h);
    if (what === "wait" || what === "approve") await waitingRun(s, h);
  }
});
if (what === "empty") await b.see(/No runs yet|Too small/);
else {
  await b.see(/writer|Too small/);
  const keys: Record<string, string[]> = {
    live: ["enter"],
    done: ["j", "enter"],
    launch: ["l"],
    help: ["?"],
    wait: ["enter"],
    approve: ["enter"],
    form: ["l", "enter"],
    filter: ["/", "status:fai"],
  };
  for (const k of keys[what] ?? []) {
    b.press(k);
    await new Promise((x) => setTimeout(x, 150));
  }
  if (what === "approve") b.press("a");
}
await new Promise((x) => setTimeout(x, 350));
const s = await b.terminal.screen();
if (Deno.args[3] === "ansi") console.log(b.terminal.raw);
else console.log(s);
