import assert from "node:assert/strict";
import { ATTR, type DurableEvent, type Message, newSpanId, nowUs } from "../../lib/core/mod.ts";
import { Bench } from "./bench.ts";
import { say, Story } from "./scenario.ts";

const EVIL =
  "\x1b[9;9HA\x1b]0;owned\x07B\x1bP1$r\x1b\\C\x9b31mD\u202eE\u2066F\u200bG\rH\x08I\u{e0041}J\ud800K\u2028L\x1b_pi:c\x07M";
/** In every construct of markdown. */
const MARKDOWN = [
  `# ${EVIL}`,
  `- ${EVIL} **${EVIL}** \`${EVIL}\` [${EVIL}](${EVIL})`,
  `> ${EVIL}`,
  `| ${EVIL} | b |`,
  "|---|---|",
  `| ${EVIL} | c |`,
  "```" + EVIL,
  EVIL,
  "```",
].join("\n");

/** What the terminal library writes itself. */
const OURS =
  // deno-lint-ignore no-control-regex
  /\x1b\[\d+;1H|\x1b\[\d+;\d+H(?=\x1b\[\?25[hl])|\x1b\[2[JK]|\x1b\[H|\x1b\[\?\d+[hl]|\x1b\[\d*t|\x1b\[(?:0|\d+(?:;\d+)*)?m|\x1b\]8;;\x07|\x1b\]52;c;[A-Za-z0-9+/=]*\x07/g;

function assertEscaped(raw: string): void {
  const text = raw.replace(OURS, "");
  const found = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u{e0000}-\u{e0fff}]/u.exec(text);
  assert.equal(
    found,
    null,
    found ? JSON.stringify(text.slice(Math.max(0, found.index - 60), found.index + 40)) : "",
  );
  assert.match(text, /\\x1b\]0;owned\\x07B/, "the hostile text was drawn, escaped");
}

async function pressAll(bench: Bench, steps: readonly (readonly string[])[]): Promise<void> {
  for (const keys of steps) {
    bench.press(...keys);
    await bench.steady();
  }
}

Deno.test("costs and agents let nothing from outside reach the terminal raw", async () => {
  await using bench = await Bench.open([160, 48], async (store, host) => {
    for (let index = 0; index < 2; index++) {
      const story = await Story.begin(store, host, {
        agent: EVIL,
        model: `${EVIL}${index}`,
        userId: EVIL,
        group: EVIL,
        prompt: EVIL,
        config: { limits: { budgetUsd: 0.01 } },
      });
      const call = await story.call();
      await story.answer(call, say("assistant", EVIL), [10, 5], index === 0 ? null : 0.004);
      await story.finish("failed", { error: { type: EVIL, message: EVIL } });
    }
  }, {
    agents: () =>
      Promise.resolve([{
        name: EVIL,
        path: EVIL,
        model: EVIL,
        description: EVIL,
        tools: [EVIL, EVIL],
        permissions: [EVIL, `reads ${EVIL}`],
        approve: EVIL,
        limits: [[EVIL, EVIL]],
        instructions: MARKDOWN,
      }, { name: "b", path: EVIL, model: "", tools: [], error: `${EVIL}\n${EVIL}` }]),
    pricedModels: () => Promise.resolve([EVIL]),
    priceOf: () => Promise.reject(new Error(EVIL)),
  });
  await bench.see(/failed/);
  await pressAll(bench, [
    ["4"],
    ["tab"],
    ["tab"],
    ["tab"],
    ["tab"],
    ["tab"],
    ["tab"],
    ["y"],
    ["m"],
    ["escape"],
    ["m", "x", "enter"],
    ["m", "enter"],
    ["enter"],
    ["7"],
    ["tab"],
    ["tab"],
    ["j"],
    ["o"],
    ["k", "enter"],
  ]);
  bench.store.costBy = () => Promise.reject(new Error(`Cannot read ${EVIL}. Try: ${EVIL}`));
  await pressAll(bench, [["4"], ["ctrl+r"], ["m"]]);
  bench.terminal.send(`\x1b[200~${EVIL}\x1b[201~`);
  await bench.steady();
  assertEscaped(bench.terminal.raw);
});

Deno.test("every tab of a run lets nothing from outside reach the terminal raw", async () => {
  let story: Story | undefined;
  await using bench = await Bench.open([160, 48], async (store, host) => {
    story = await Story.begin(store, host, { agent: EVIL, model: EVIL, prompt: EVIL });
    const message: Message = {
      role: "assistant",
      parts: [
        { type: "text", content: MARKDOWN },
        {
          type: "tool_call",
          id: "1",
          name: EVIL,
          arguments: { [EVIL]: { [EVIL]: [EVIL, { [EVIL]: EVIL.repeat(40) }] } },
        },
        { type: "tool_call_response", id: "1", name: EVIL, response: { [EVIL]: EVIL } },
      ],
    };
    const call = await story.call([message]);
    await story.attempt(call, 0, 10, { type: EVIL, waitMs: 5, askedMs: 3 });
    await story.attempt(call, 1, 10);
    await story.end(call, {
      responseModel: EVIL,
      outputMessages: [message],
      cost: {
        usd: 0.1,
        quantities: { [EVIL]: 3, input_tokens: 5 },
        tag: { model: EVIL, source: EVIL, date: EVIL, usdPerMillion: { [EVIL]: 2 }, factor: 0.5 },
      },
    });
    const tool = await story.tool(EVIL, { [EVIL]: { [EVIL]: EVIL } }, EVIL);
    await story.remember(call, { [EVIL]: EVIL, same: EVIL }, [message]);
    await story.end(tool, {
      attributes: {
        [ATTR.toolCallResult]: JSON.stringify({ [EVIL]: [EVIL] }),
        [ATTR.childRunId]: EVIL,
        [EVIL]: { [EVIL]: EVIL },
      },
    });
    await story.remember(tool, { [EVIL]: { [EVIL]: EVIL }, same: EVIL }, [message, message]);
    const evaluation: DurableEvent = {
      type: "evaluation",
      evaluation: {
        evalId: newSpanId(host),
        traceId: story.run.traceId,
        spanId: tool,
        name: EVIL,
        label: EVIL,
        explanation: EVIL,
        source: EVIL,
        scorerVersion: EVIL,
        createdAtUs: nowUs(host),
      },
    };
    await store.write([evaluation]);
    await story.finish("completed", { output: MARKDOWN });
  });
  await bench.see(/▶ ✓ done/);
  const tabs = Array.from({ length: 8 }, () => ["]"]);
  await pressAll(bench, [
    ["enter"],
    ...tabs,
    ["."],
    ...tabs,
    ["."],
    ...tabs,
    ["z"],
    ["tab"],
    ...tabs.flatMap((tab) => [tab, ["j"], ["enter"], ["space"]]),
    ["z"],
    ["escape"],
    ["/", "owned", "enter"],
    ["n"],
    ["N"],
    ["escape"],
    ["escape"],
    ["enter"],
    ["/"],
  ]);
  bench.terminal.send(`\x1b[200~${EVIL}\x1b[201~`);
  bench.press("enter");
  await bench.steady();
  bench.store.changesSince = () => Promise.reject(new Error(`${EVIL}. Try: ${EVIL}`));
  await pressAll(bench, [["ctrl+r"], ["h"], ["M"]]);
  assertEscaped(bench.terminal.raw);
});

Deno.test("a comparison and a replay let nothing from outside reach the terminal raw", async () => {
  await using bench = await Bench.open([160, 48], async (store, host) => {
    let first: string | undefined;
    for (const word of ["one", "two"]) {
      const text = `${EVIL} ${word} ${EVIL}\n${EVIL}`;
      const story = await Story.begin(store, host, {
        agent: EVIL,
        model: `${EVIL}${word}`,
        prompt: `${EVIL}${word}`,
        config: {
          [EVIL]: text,
          list: { [EVIL]: [text] },
          instructions: MARKDOWN,
          parameters: { temperature: EVIL, [EVIL]: word },
          tools: [{ name: EVIL }, { name: `${EVIL}${word}` }],
        },
        ...(first ? { forkedFrom: { runId: first, step: 2 } } : {}),
      });
      first ??= story.run.runId;
      const tool = await story.tool(EVIL, { [EVIL]: EVIL }, EVIL);
      const response = { [EVIL]: text, same: EVIL };
      await story.end(tool, {
        ...(word === "one" ? {} : { status: "error" as const, errorType: EVIL }),
        outputMessages: [{
          role: "tool",
          parts: [{ type: "tool_call_response", id: "c", name: EVIL, response }],
        }],
      });
      await story.end(await story.tool(`${EVIL}${word}`, { [EVIL]: EVIL }, EVIL));
      const call = await story.call();
      await story.answer(call, say("assistant", text), [10, 5], null);
      await story.finish("failed", { output: text, error: { type: EVIL, message: EVIL } });
    }
  }, {
    replay: () => Promise.reject(new Error(`${EVIL}\n${EVIL}`)),
    chatModels: () => Promise.resolve([EVIL, `${EVIL}three`]),
    openEditor: () => Promise.resolve(MARKDOWN),
  });
  await bench.see(/failed/);
  const changes = Array.from({ length: 7 }, () => ["n"]);
  await pressAll(bench, [
    ["space"],
    ["d"],
    ...changes,
    ["u"],
    ...changes,
    ["x"],
    ["Y"],
    ["F"],
    ["k", "enter"],
    ["z"],
    ["escape"],
    ["escape"],
    ["escape"],
    ["enter"],
    ["F"],
    ["escape"],
    ["r"],
    ["down", "down"],
    ["tab", "tab", "tab", "tab", "ctrl+e"],
    ["tab", "right", "space"],
    ["tab", "tab", "tab", "1", "ctrl+e"],
    ["tab"],
  ]);
  bench.terminal.send(`\x1b[200~${EVIL}\x1b[201~`);
  await pressAll(bench, [["enter"]]);
  assertEscaped(bench.terminal.raw);
});
