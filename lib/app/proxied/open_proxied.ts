import { type Host, systemTimeZone } from "../../core/mod.ts";
import type { LoadedPriceBook } from "../../pricing/mod.ts";
import { MEMORY } from "../../store/mod.ts";
import type { AppConfig } from "../config.ts";
import { StoredCalls, type StoredCallsOptions } from "./call_keeper.ts";
import { CallRecorder } from "./call_recorder.ts";
import { KeeperThread, type KeeperThreadOptions } from "./keeper_thread.ts";

/** What of the program it takes. */
interface Program {
  readonly host: Host;
  readonly config: AppConfig;
  prices(): Promise<LoadedPriceBook>;
}

type KeeperOptions = Pick<StoredCallsOptions, "store" | "onNote" | "unpriced">;

/** Makes runs out of calls that pass through this program, on this thread. */
export function openKeeper(program: Program, options: KeeperOptions): StoredCalls {
  const { host, config } = program;
  return new StoredCalls({
    ...options,
    host,
    prices: () => program.prices(),
    timeZone: config.timeZone ?? systemTimeZone(),
  });
}

/** Hears of calls here and keeps them on a thread of its own; a store in memory, which no other thread can see, on this one. */
export function openRecorder(
  program: Program,
  options: KeeperOptions & Pick<KeeperThreadOptions, "onDesktop">,
): CallRecorder {
  const { host, config } = program;
  const { store: budgets, onNote, onDesktop, unpriced } = options;
  const keeper = config.storePath === MEMORY
    ? openKeeper(program, options)
    : new KeeperThread({ config, unpriced, onDesktop, ...(onNote ? { onNote } : {}) });
  return new CallRecorder({ keeper, budgets, host, ...(onNote ? { onNote } : {}) });
}
