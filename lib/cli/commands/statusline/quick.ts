import { systemHost, systemTimeZone } from "../../../core/mod.ts";
import { readConfig } from "../../config.ts";
import { statusLine } from "./line.ts";

/** `agentop statusline` without flags, as prompts ask for it: without the rest of the command line. */
export async function quickStatusline(): Promise<string> {
  const config = readConfig();
  return await statusLine({ config, host: systemHost(), timeZone: config.timeZone ?? systemTimeZone() });
}
