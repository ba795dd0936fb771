import assert from "node:assert/strict";
import { join } from "node:path";
import type { Speech } from "../../lib/analysis/mod.ts";
import { playSpeech } from "../../lib/cli/process/player.ts";
import { newSpanId, nowUs, type Store } from "../../lib/core/mod.ts";
import type { FakeHost } from "../support/fake_host.ts";
import { Bench } from "./bench.ts";
import { Story } from "./scenario.ts";
import { SERVICES } from "./screens_scenario.ts";

const SPEECH: Speech = {
  name: "a/hello.mp3",
  part: { type: "blob", mimeType: "audio/mpeg", data: btoa("ID3 hello") },
};

async function spoke(store: Store, host: FakeHost): Promise<void> {
  const story = await Story.begin(store, host);
  const tool = await story.tool("elevenlabs_speak", { text: "hello" }, "a/hello.mp3, 5 characters");
  const spanId = newSpanId(host);
  const { traceId } = story.run;
  const span = { traceId, spanId, parentSpanId: tool, name: "speech a/hello.mp3", kind: "event" } as const;
  await store.write([
    { type: "span_start", span: { ...span, startTimeUs: nowUs(host), status: "unset", attributes: {} } },
    {
      type: "span_end",
      traceId,
      spanId,
      endTimeUs: nowUs(host),
      status: "ok",
      outputMessages: [{ role: "tool", parts: [SPEECH.part] }],
    },
  ]);
  await story.end(tool);
  await store.write([{
    type: "run_update",
    traceId,
    change: { status: "completed", endTimeUs: nowUs(host), output: "Done." },
  }]);
}

Deno.test("o plays what a step spoke, and says so where nothing can", async () => {
  const played: Speech[] = [];
  const play = (speech: Speech) => {
    played.push(speech);
    return played.length === 1 ? Promise.resolve() : Promise.reject(new Error("no sound card"));
  };
  await using bench = await Bench.open([100, 30], spoke, { ...SERVICES, play });
  await bench.see(/▶ ✓ done/);
  bench.press("enter");
  await bench.see(/1 tool a\/hello/);
  bench.press("j");
  await bench.see(/2 of 3/);
  bench.press("o");
  await bench.see(/Playing a\/hello\.mp3/);
  bench.press("o");
  await bench.see(/no sound card/);
  assert.deepEqual(played, [SPEECH, SPEECH]);
});

Deno.test({
  name: "playSpeech() hands the sound to a player, which only its owner can read and which gets no key",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const home = await Deno.makeTempDir({ prefix: "agentop-player-" });
    try {
      const out = join(home, "heard");
      const script =
        `cat "$1" > "${out}"; ls -l "$1" | cut -c1-10 >> "${out}"; echo "$MISTRAL_API_KEY." >> "${out}"`;
      await playSpeech({ home }, SPEECH, ["/bin/sh", "-c", script, "player"]);
      await playSpeech({ home }, SPEECH, ["/bin/sh", "-c", script, "player"]);
      assert.equal(await Deno.readTextFile(out), "ID3 hello-rw-------\n.\n");
      await assert.rejects(
        playSpeech({ home }, SPEECH, ["/bin/sh", "-c", "exit 3"]),
        /Cannot play .* with \/bin\/sh: it ended with exit code 3\. Try: agentop speech RUN --out FOLDER/,
      );
      await assert.rejects(playSpeech({ home }, SPEECH, [join(home, "none")]), /Cannot play/);
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
});
