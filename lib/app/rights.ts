import { join } from "node:path";
import { type AgentConfig, agentConfigOf, type ApprovePolicy, type Rights, strictest } from "../agent/mod.ts";
import { canonicalJson, messageOf, needsApproval, oneLine, type Run, type Tool } from "../core/mod.ts";
import type { ToolReference } from "../agent/mod.ts";
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
export type RunRights = Rights & { readonly approve: ApprovePolicy };

/** What deciding on rights asks of the program. */
interface RightsApp {
  createTool(reference: ToolReference, agent: AgentConfig): Promise<Tool>;
  /** The run was made with this home, with this configuration. */
  isRecorded(run: Run): Promise<boolean>;
  /** The agent file as it is now, `auto` only where it is trusted. */
  resolveAgent(path: string): Promise<AgentConfig>;
  bundledNow(agent: AgentConfig): Promise<AgentConfig | undefined>;
}

/**
 * What a stored run may do when it goes on or is run again. A policy comes from the flag, or from its agent file as it is now; what
 * its tools touch counts where this home recorded the run and its file still says so. For everything else a person is asked.
 */
export async function rightsFor(app: RightsApp, run: Run, options: RightsOptions = {}): Promise<RunRights> {
  const { approve, consent } = options;
  const agent = await agentConfigOf(run);
  if (!agent) return { approve: "never", isGuarded: true }; // it cannot be run either
  const claim = await claimOf(app, run, agent);
  const policy = approve ?? strictest(agent.approve, claim.approve);
  if (claim.why === undefined || approve === "auto") return { approve: policy, isGuarded: false };
  const may = await touches(app, agent.tools, agent);
  const isAllowed = may.length > 0 && policy !== "never" &&
    await consent?.({ run, why: claim.why, may }) === true;
  return { approve: policy, isGuarded: !isAllowed };
}

/** The policy that somebody's word is known for, and why what the tools touch is not. */
interface Claim {
  readonly approve: ApprovePolicy;
  readonly why?: string;
}

async function claimOf(app: RightsApp, run: Run, agent: AgentConfig): Promise<Claim> {
  if (!await app.isRecorded(run)) return { approve: "ask", why: "this home did not record it" };
  let now: AgentConfig | undefined;
  try {
    now = await app.bundledNow(agent) ?? await fileNow(app, agent);
  } catch (error) {
    return {
      approve: "ask",
      why: `its agent file cannot be read now: ${oneLine(messageOf(error), LINE_MAX_CHARS)}`,
    };
  }
  if (!now) return { approve: "ask" };
  const known = new Set(now.tools.map((tool) => canonicalJson(tool)));
  const others = agent.tools.filter((tool) => !known.has(canonicalJson(tool)));
  const isOther = (await touches(app, others, agent)).length > 0;
  return { approve: now.approve, ...(isOther ? { why: "its agent file no longer says so" } : {}) };
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
