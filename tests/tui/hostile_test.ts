import assert from "node:assert/strict";
import { ATTR, type DurableEvent, type Message, newSpanId, nowUs } from "../../lib/core/mod.ts";
import { Bench } from "./bench.ts";
import { say, Story } from "./scenario.ts";

const EVIL =
  "\x1b[9;9HA\x1b]0;owned\x07B\x1bP1$r\x1b\\C\x9b31mD\u202eE\u2066F\u200bG\rH\x08I\u{e0041}J\ud800K\u2028L\x1b_pi:c\x07M";

/** What the terminal library writes itself. */
const OURS =
  // deno-lint-ignore no-control-regex
  /\x1b\[\d+;1H|\x1b\[\d+;\d+H(?=\x1b\[\?25[hl])|\x1b\[2[JK]|\x1b\[H|\x1b\[\?\d+[hl]|\x1b\[\d*t|\x1b\[(?:0|\d+(?:;\d+)*)?m|\x1b\]8;;\x07/g;

Deno.test("viewApp() lets nothing from outside reach the terminal raw", async () => {
  let story: Story | undefined;
  await using bench = await Bench.open([160, 48], async (store, host) => {
    story = await Story.begin(store, host, {
      agent: EVIL,
      model: EVIL,
      prompt: EVIL,
      group: EVIL,
      tags: { [EVIL]: EVIL },
      config: { instructions: EVIL },
    });
    const asks: Message = {
      role: "assistant",
      parts: [
        { type: "reasoning", content: EVIL },
        { type: "text", content: EVIL },
        { type: "tool_call", id: EVIL, name: EVIL, arguments: EVIL },
        { type: "tool_call", id: "2", name: EVIL, arguments: { [EVIL]: EVIL } },
        { type: "blob", mimeType: EVIL, data: EVIL },
        { type: "uri", mimeType: EVIL, uri: EVIL },
        { type: "file", mimeType: EVIL, fileId: EVIL },
      ],
    };
    const llm = await story.call([say("system", EVIL), asks]);
    await story.attempt(llm, 0, 10, { type: EVIL, waitMs: 5 });
    await story.answer(llm, asks, [1, 1], null);
    const tool = await story.tool(EVIL, { [EVIL]: [EVIL] }, EVIL);
    await story.end(tool, {
      status: "error",
      errorType: EVIL,
      errorMessage: EVIL,
      responseModel: EVIL,
      finishReasons: [EVIL],
      attributes: { [ATTR.toolCallResult]: EVIL, [EVIL]: EVIL },
    });
    await story.remember(tool, { [EVIL]: EVIL }, [asks]);
    const writes = await story.tool("write", EVIL, EVIL);
    await story.question(writes, EVIL, { [EVIL]: EVIL }, EVIL);
    const evaluation: DurableEvent = {
      type: "evaluation",
      evaluation: {
        evalId: newSpanId(host),
        traceId: story.run.traceId,
        name: EVIL,
        label: EVIL,
        source: EVIL,
        createdAtUs: nowUs(host),
      },
    };
    await store.write([evaluation]);
    await story.status("waiting");
  }, {
    endpoint: EVIL,
    storePath: `/${EVIL}`,
    agents: () =>
      Promise.resolve([{
        name: EVIL,
        path: EVIL,
        model: EVIL,
        description: EVIL,
        tools: [EVIL],
        error: EVIL,
      }]),
    launch: () => Promise.reject(new Error(EVIL)),
  });
  const steps: readonly (readonly string[])[] = [
    ["enter"],
    ["]"],
    ["]"],
    ["]"],
    ["]"],
    ["]"],
    ["]"],
    ["k"],
    ["]"],
    ["]"],
    ["]"],
    ["]"],
    ["]"],
    ["]"],
    ["k"],
    ["]"],
    ["]"],
    ["]"],
    ["]"],
    ["]"],
    ["]"],
    ["g"],
    ["]"],
    ["]"],
    ["]"],
    ["]"],
    ["]"],
    ["]"],
    ["G"],
    ["a"],
    ["escape"],
    ["l"],
    ["enter"],
    ["ctrl+s"],
  ];
  await bench.see(/◔ waiting[\s\S]*approval/);
  for (const keys of steps) {
    bench.press(...keys);
    await bench.steady();
  }
  bench.terminal.send(`\x1b[200~${EVIL}\x1b[201~`);
  await bench.steady();
  const text = bench.terminal.raw.replace(OURS, "");
  const found = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u{e0000}-\u{e0fff}]/u.exec(text);
  assert.equal(
    found,
    null,
    found ? JSON.stringify(text.slice(Math.max(0, found.index - 40), found.index + 40)) : "",
  );
  assert.match(text, /\\x1b\]0;owned\\x07B/, "the hostile text was drawn, escaped");
});
