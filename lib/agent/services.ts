import type {
  BudgetStore,
  Host,
  Provider,
  Redactor,
  Run,
  RunControl,
  RunJournal,
  RunLeases,
  RunReader,
  StoreChanges,
  Tool,
  ToolResult,
} from "../core/mod.ts";
import type { Operation } from "../analysis/mod.ts";
import type { LoadedPriceBook } from "../pricing/mod.ts";
import type { AgentConfig, ToolReference } from "./agent_config.ts";
import type { Approver } from "./approval.ts";
import type { Listener } from "./recorder.ts";
import type { Rights } from "./rights.ts";
import type { UnpricedPolicy } from "./unpriced.ts";

export interface RecallableCall {
  readonly traceId: string;
  readonly name: string;
  readonly arguments: unknown;
}

/** What a run needs of a store: to write, to read back where it stood, to be claimed and to be steered. */
export type AgentStore =
  & RunJournal
  & Pick<RunReader, "getRun" | "childRuns" | "loadTrace" | "loadMessages">
  & Pick<RunLeases, "claimRun" | "releaseRun">
  & Pick<RunControl, "takeControl">
  & Pick<StoreChanges, "onChange">
  & Pick<BudgetStore, "isBudgeted" | "reserveSpend">;

/** What runs of this process share. The edges put it together. */
export interface AgentServices {
  readonly store: AgentStore;
  readonly host: Host;
  readonly prices: LoadedPriceBook;
  /** Where days, weeks and months of budgets begin: an IANA name. @default "UTC" */
  readonly timeZone?: string;
  /** What a model without a known price counts for under a budget. @default "refuse" */
  readonly unpriced?: UnpricedPolicy;
  /** Takes configured secrets out of prompts, tool results and events. */
  readonly redactor?: Redactor;
  /** A provider with the agent's retry settings: it records attempts as spans. */
  provider(config: AgentConfig): Provider;
  /** Throws `AgentOpError` when the tool cannot be set up. */
  createTool(reference: ToolReference, config: AgentConfig): Promise<Tool>;
  /** The agent that another one hands work to. Throws `AgentOpError` when there is none of that name. */
  loadAgent(name: string, from: AgentConfig): Promise<AgentConfig>;
  /** What whoever started this allows. Without them a run that was read back from a store is guarded, and any other as it says. */
  readonly rights?: Rights;
  /** Notes that a run was made here, under rights that somebody gave. */
  readonly remember?: (run: Run) => Promise<void>;
  /** Asks a person; without it requests wait for `approve` or `deny` through the store. */
  readonly approver?: Approver;
  /**
   * What a tool call of this run is known to return: the tool is then neither asked for nor executed. `undefined` lets it run.
   * Never asked about the agent's own memory.
   */
  readonly recall?: (call: RecallableCall) => ToolResult | undefined;
  /** What was done to a run while it was live, to be done to this one, which repeats it, at the same steps. */
  readonly operations?: (traceId: string) => readonly Operation[];
  /** Every tool call that is executed is asked for first, whatever it touches. */
  readonly askFirst?: boolean;
  /** Nobody reads along: answers come whole, which costs less than streams. @default false */
  readonly wholeAnswers?: boolean;
  /** Told of every event after it is stored, and of streamed text at once. */
  readonly listeners?: readonly Listener[];
  /** Trouble that no run fails for: a listener that threw, a partial output that could not be written. */
  readonly onNote?: (note: string) => void;
}
