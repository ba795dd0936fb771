/// <reference lib="deno.worker" />
// The far side of `KeeperThread`: an app of its own, so that runs of other programs are recovered and looked at like all others.
import { messageOf } from "../../core/mod.ts";
import { App } from "../app.ts";
import type { KeeperAsk, KeeperSays } from "./keeper_thread.ts";
import { openKeeper } from "./open_proxied.ts";
import type { CallKeeper, Heard } from "./told.ts";

let app: App | undefined;
let opening: Promise<CallKeeper> | undefined;

function say(said: KeeperSays): void {
  self.postMessage(said);
}

async function open(
  { config, unpriced, hasDesktop }: Extract<KeeperAsk, { ask: "open" }>,
): Promise<CallKeeper> {
  const onNote = (note: string) => say({ note });
  app = new App(config, {
    onNote,
    ...(hasDesktop ? { onDesktop: (desktop) => say({ desktop }) } : {}),
  });
  const [store] = await Promise.all([app.store(), app.arm()]);
  return openKeeper(app, { store, unpriced, onNote });
}

async function answer(asked: KeeperAsk): Promise<Heard | undefined> {
  if (asked.ask === "open") {
    await (opening = open(asked));
    return undefined;
  }
  const keeper = await opening!;
  switch (asked.ask) {
    case "hear":
      return await keeper.hear(asked.told);
    case "reserve":
      await keeper.reserve(asked.call);
      return undefined;
    case "settled":
      await keeper.settled();
      return undefined;
    case "close":
      await keeper[Symbol.asyncDispose]();
      await app![Symbol.asyncDispose]();
      return undefined;
  }
}

self.onmessage = async ({ data }: MessageEvent<KeeperAsk>) => {
  try {
    say({ id: data.id, heard: await answer(data) });
  } catch (error) {
    const name = error instanceof Error ? error.name : "Error";
    say({ id: data.id, error: { name, message: messageOf(error) } });
  }
};
