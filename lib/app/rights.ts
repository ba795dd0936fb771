import { join } from "node:path";
import {
  AGENT_DEFAULTS,
  type AgentConfig,
  agentConfigOf,
  type AgentLimits,
  type ApprovePolicy,
  narrowest,
  type Rights,
  strictest,
  type ToolReference,
} from "../agent/mod.ts";
import { canonicalJson, messageOf, needsApproval, oneLine, type Run, type Tool } from "../core/mod.ts";
import { permissionWords } from "./agent_entry.ts";

const LINE_MAX_CHARS = 300;

/** A run that would go on, or again, with what only a store says it may touch. */
export interface RightsQuestion {
  readonly run: Run;
  /** Why nobody's word is known for it. */
  readonly why: string;
  /** What its tools may touch and whom it hands work to, a line each. */
  readonly may: readonly string[];
}

export interface RightsOptions {
  /** A policy given by a flag: `auto` allows everything that the run says. */
  readonly approve?: ApprovePolicy | undefined;
  /** Asks a person. Without it, or when it says no, the run is guarded. */
  readonly consent?: ((question: RightsQuestion) => Promise<boolean>) | undefined;
}

/** A run's rights with the policy that it is to go on under. */
export type RunRights = Rights & {
  readonly approve: ApprovePolicy;
  /** Limits of the run that do not count here, in words: `50 steps instead of 5000`. */
  readonly narrowed?: readonly string[];
};

/** What deciding on rights asks of the program. */
interface RightsApp {
  createTool(reference: ToolReference, agent: AgentConfig): Promise<Tool>;
  /** The run was made with this home, with this configuration. */
  isRecorded(run: Run): Promise<boolean>;
  /** An agent by name or path as its file is now, `auto` only where it is trusted. */
  resolveAgent(agent: string): Promise<AgentConfig>;
  bundledNow(agent: AgentConfig): Promise<AgentConfig | undefined>;
}

/**
 * What a stored run may do when it goes on or is run again. A policy comes from the flag, or from its agent file as it is now; what
 * its tools touch counts where this home recorded the run and its file still says so. For everything else a person is asked. Limits
 * of a run that this home did not record are no wider than those of an agent of that name here, or the ones an agent has by default.
 */
export async function rightsFor(app: RightsApp, run: Run, options: RightsOptions = {}): Promise<RunRights> {
  const { approve, consent } = options;
  const agent = await agentConfigOf(run);
  if (!agent) return { approve: "never", isGuarded: true }; // it cannot be run either
  const claim = await claimOf(app, run, agent);
  const policy = approve ?? strictest(agent.approve, claim.approve);
  const limits = claim.isRecorded ? {} : await limitsHere(app, agent);
  if (claim.why === undefined || approve === "auto") {
    return { approve: policy, isGuarded: false, ...limits };
  }
  const may = await touches(app, agent.tools, agent);
  const isAllowed = may.length > 0 && policy !== "never" &&
    await consent?.({ run, why: claim.why, may }) === true;
  return { approve: policy, isGuarded: !isAllowed, ...limits };
}

async function limitsHere(
  app: RightsApp,
  { name, limits }: AgentConfig,
): Promise<Pick<RunRights, "widest" | "narrowed">> {
  const own = await app.resolveAgent(name).catch(() => undefined);
  const widest: AgentLimits = own?.limits ?? AGENT_DEFAULTS.limits;
  const now = narrowest(limits, widest);
  const words: Readonly<Partial<Record<keyof AgentLimits, string>>> = {
    maxSteps: "steps",
    timeoutSeconds: "s",
    budgetUsd: "USD",
    toolTimeoutSeconds: "s per tool call",
    maxToolOutputBytes: "bytes of tool output",
    maxRepeats: "repeats",
  };
  const narrowed = (Object.keys(words) as (keyof AgentLimits)[]).filter((key) => now[key] !== limits[key])
    .map((key) => `${now[key]} ${words[key]} instead of ${limits[key] ?? "no limit"}`);
  return { widest, ...(narrowed.length === 0 ? {} : { narrowed }) };
}

/** The policy that somebody's word is known for, and why what the tools touch is not. */
interface Claim {
  readonly approve: ApprovePolicy;
  readonly why?: string;
  readonly isRecorded: boolean;
}

async function claimOf(app: RightsApp, run: Run, agent: AgentConfig): Promise<Claim> {
  if (!await app.isRecorded(run)) {
    return { approve: "ask", why: "this home did not record it", isRecorded: false };
  }
  let now: AgentConfig | undefined;
  try {
    now = await app.bundledNow(agent) ?? await fileNow(app, agent);
  } catch (error) {
    return {
      approve: "ask",
      isRecorded: true,
      why: `its agent file cannot be read now: ${oneLine(messageOf(error), LINE_MAX_CHARS)}`,
    };
  }
  if (!now) return { approve: "ask", isRecorded: true };
  const known = new Set(now.tools.map((tool) => canonicalJson(tool)));
  const others = agent.tools.filter((tool) => !known.has(canonicalJson(tool)));
  const isOther = (await touches(app, others, agent)).length > 0;
  return {
    approve: now.approve,
    isRecorded: true,
    ...(isOther ? { why: "its agent file no longer says so" } : {}),
  };
}

/** `undefined` where there is no file: the agent was given otherwise, or is gone. */
async function fileNow(app: RightsApp, { baseDir, name }: AgentConfig): Promise<AgentConfig | undefined> {
  for (const extension of ["yaml", "yml"]) {
    const path = join(baseDir, `${name}.${extension}`);
    if (await Deno.stat(path).then(() => true, () => false)) return await app.resolveAgent(path);
  }
  return undefined;
}

/** What tools may touch, a line each; nothing for those that touch nothing. */
export async function touches(
  app: Pick<RightsApp, "createTool">,
  tools: readonly ToolReference[],
  agent: AgentConfig,
): Promise<readonly string[]> {
  const lines = await Promise.all(tools.map(async (reference) => {
    if (reference.kind === "agent") return `${reference.name}: starts this agent`;
    try {
      const { permissions } = await app.createTool(reference, agent);
      const isHarmless = permissions.read.length === 0 && !needsApproval(permissions);
      return isHarmless ? undefined : `${reference.name}: ${permissionWords(permissions)}`;
    } catch (error) {
      return `${reference.name}: ${messageOf(error)}`;
    }
  }));
  return lines.flatMap((line) => line === undefined ? [] : [oneLine(line, LINE_MAX_CHARS)]);
}
