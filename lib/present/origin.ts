import type { RunOrigin } from "../core/mod.ts";

/** Where a run comes from that was not made here; `undefined` for those that were. */
export function originWords(origin: RunOrigin): string | undefined {
  return WORDS[origin];
}

const WORDS: Readonly<Record<RunOrigin, string | undefined>> = {
  agent: undefined,
  otlp: "another program, over OpenTelemetry",
  proxy: "another program, through the proxy",
  import: "a file",
};
