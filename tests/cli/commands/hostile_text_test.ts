import assert from "node:assert/strict";
import type { DurableEvent } from "../../../lib/core/mod.ts";
import { fakeHost } from "../../support/fake_host.ts";
import { CliHome, UNSAFE } from "../../support/cli.ts";
import { sampleEvents } from "../../support/sample_run.ts";
import { TERMINAL_SEQUENCES } from "../../support/terminal_sequences.ts";

const EVIL = TERMINAL_SEQUENCES.join("x");

/** The sample run with the same text wherever a model, a tool, a server or a file can put one. */
function evilEvents(): readonly DurableEvent[] {
  const newId = () => crypto.randomUUID().replaceAll("-", "");
  const host = { ...fakeHost(), newId };
  const said = { host, rounds: 2, agent: EVIL, model: EVIL, prompt: EVIL, group: EVIL, text: () => EVIL };
  return [...sampleEvents(said)].map((event): DurableEvent => {
    switch (event.type) {
      case "run_start":
        return {
          ...event,
          run: {
            ...event.run,
            userId: EVIL,
            tags: { [EVIL]: EVIL },
            config: { name: EVIL, instructions: EVIL },
          },
        };
      case "span_start":
        return {
          ...event,
          span: {
            ...event.span,
            name: EVIL,
            requestModel: EVIL,
            providerName: EVIL,
            attributes: { ...event.span.attributes, [EVIL]: EVIL },
          },
        };
      case "span_end":
        return {
          ...event,
          status: "error",
          errorType: EVIL,
          errorMessage: EVIL,
          responseModel: EVIL,
          responseId: EVIL,
          finishReasons: [EVIL],
        };
      case "snapshot":
        return { ...event, snapshot: { ...event.snapshot, keyValues: { [EVIL]: EVIL } } };
      case "run_update":
        return {
          ...event,
          change: { ...event.change, output: EVIL, error: { type: EVIL, message: EVIL, remedy: EVIL } },
        };
      default:
        return event;
    }
  });
}

Deno.test("no command prints a sequence that a terminal obeys, whatever a run says in every one of its fields", async () => {
  await using home = await CliHome.create();
  await home.withStore(async (store) => {
    await store.write(evilEvents());
    await store.write(evilEvents());
  });
  // Tabs and line ends belong to texts.
  const commands = [
    ["runs"],
    ["runs", "--json"],
    ["show", "last"],
    ["show", "last", "--messages"],
    ["show", "last", "--json"],
    ["memory", "last", "--diff"],
    ["cost", "last"],
    ["cost", "--by", "model"],
    ["diff", "last~1", "last"],
    ["watch", "last"],
    ["replay", "last"],
    ["resume", "last"],
    ["db", "verify"],
    ["export", "jsonl", "last"],
  ];
  for (const command of commands) {
    const { stdout, stderr } = await home.run(command);
    assert.ok(stdout.length + stderr.length > 0, command.join(" "));
    for (const text of [stdout, stderr].map((it) => it.replaceAll("\t", " "))) {
      const at = text.search(UNSAFE);
      assert.equal(
        at,
        -1,
        `${command.join(" ")}: ${JSON.stringify(text.slice(Math.max(0, at - 40), at + 10))}`,
      );
    }
  }
});
