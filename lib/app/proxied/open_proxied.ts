import { type Host, systemTimeZone } from "../../core/mod.ts";
import type { LoadedPriceBook } from "../../pricing/mod.ts";
import { ProxiedCalls, type ProxiedCallsOptions } from "./proxied_calls.ts";

/** What of the program it takes. */
interface Program {
  readonly host: Host;
  readonly config: { readonly timeZone?: string };
  prices(): Promise<LoadedPriceBook>;
}

/** Makes runs out of calls that pass through this program. */
export function openProxied(
  program: Program,
  options: Pick<ProxiedCallsOptions, "store" | "onNote" | "unpriced">,
): ProxiedCalls {
  const { host, config } = program;
  return new ProxiedCalls({
    ...options,
    host,
    prices: () => program.prices(),
    timeZone: config.timeZone ?? systemTimeZone(),
  });
}
