import type { CacheCall, MissCause } from "./cache_call.ts";

interface MissWords {
  readonly says: string;
  /** What would mend it. */
  readonly remedy: string;
}

const BEHIND = "what changes goes behind what stays: into the last message, or into a tool";

const WORDS: Readonly<Record<MissCause, MissWords>> = {
  clock: {
    says: "a time changes",
    remedy: "let a tool tell the time (current_time), or say it in the last message",
  },
  id: { says: "an id changes", remedy: BEHIND },
  number: { says: "a number changes", remedy: BEHIND },
  instructions: { says: "the instructions were edited", remedy: BEHIND },
  tool_order: { says: "the tools come in another order", remedy: "send the tools in one order" },
  tools: { says: "the tools are others", remedy: "the same tools from beginning to end" },
  window: {
    says: "the window moved on",
    remedy: "a larger memory.window, which moves less often",
  },
  message: { says: "an earlier message was changed", remedy: "leave messages as they were sent" },
  shortened: { says: "messages were taken back", remedy: "leave messages as they were sent" },
  model: { says: "another model was asked", remedy: "one model for all calls of a run" },
  server: { says: "another server was asked", remedy: "one server for all calls of a run" },
  key: { says: "promptCacheKey is another", remedy: "one promptCacheKey for runs that begin alike" },
  no_key: { says: "promptCacheKey is off", remedy: "leave promptCacheKey out of the agent's parameters" },
  pause: {
    says: "more than 5 minutes passed since the call before",
    remedy: "calls closer together: servers forget beginnings after some minutes",
  },
  silent: {
    says: "the server tells of no cached token at all",
    remedy: "a server that caches prompts, and says so",
  },
  elsewhere: {
    says: "the beginning was the same, and the server did not have it",
    remedy: "nothing in the prompt: servers forget, and have more than one machine",
  },
};

/** What would mend it. */
export function missRemedy(cause: MissCause): string {
  return WORDS[cause].remedy;
}

/** Why tokens of a call were paid in full: `a time changes at byte 214, in message 1 (system): "10:01" is "10:02"`. Outside text is in it. */
export function missText({ cause, broken }: Pick<CacheCall, "cause" | "broken">): string {
  if (cause === undefined) return "";
  const { says } = WORDS[cause];
  if (!broken || broken.cause !== cause) return says;
  const { part, byte, before, after } = broken;
  const change = after === ""
    ? before === "" ? "" : `: without ${before}`
    : `: "${before}" is "${after}" now`;
  return `${says} at byte ${byte}, in ${part}${change}`;
}
