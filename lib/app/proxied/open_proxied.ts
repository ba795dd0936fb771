import { type Host, systemTimeZone } from "../../core/mod.ts";
import type { LoadedPriceBook } from "../../pricing/mod.ts";
import { StoredCalls, type StoredCallsOptions } from "./call_keeper.ts";

/** What of the program it takes. */
interface Program {
  readonly host: Host;
  readonly config: { readonly timeZone?: string };
  prices(): Promise<LoadedPriceBook>;
}

/** Makes runs out of calls that pass through this program. */
export function openProxied(
  program: Program,
  options: Pick<StoredCallsOptions, "store" | "onNote" | "unpriced">,
): StoredCalls {
  const { host, config } = program;
  return new StoredCalls({
    ...options,
    host,
    prices: () => program.prices(),
    timeZone: config.timeZone ?? systemTimeZone(),
  });
}
