import { explain, type Explanation, sentenceOf } from "../core/mod.ts";
import type { FoundAgent, ListedAgent } from "./agents.ts";
import type { AgentConfig, CheckServices } from "../agent/mod.ts";

/** What a check asks of the program. */
interface Checker extends Pick<CheckServices, "host" | "createTool" | "prices"> {
  resolveAgent(name: string, options: { readonly from: AgentConfig }): Promise<AgentConfig>;
}

/** The agents with what would keep a run of them from starting: a tool that cannot be set up, an agent that is not there, … */
export async function checkedAgents<T extends FoundAgent | ListedAgent>(
  app: Checker,
  agents: readonly T[],
): Promise<readonly T[]> {
  const { agentProblems } = await import("../agent/mod.ts");
  const services: CheckServices = {
    host: app.host,
    createTool: (reference, agent) => app.createTool(reference, agent),
    loadAgent: (name, from) => app.resolveAgent(name, { from }),
    prices: () => app.prices(),
  };
  return await Promise.all(agents.map(async (agent) => {
    if (!agent.config) return agent;
    const problems: (Explanation & { readonly line: number | undefined })[] = [];
    try {
      for await (const { path, error } of agentProblems(agent.config, services)) {
        problems.push({ line: agent.file?.lineOf(path), ...explain(error) });
      }
    } catch {
      // A price file that cannot be read is no fault of an agent.
    }
    const [first, ...others] = problems;
    if (!first) return agent;
    const place = agent.path === undefined
      ? agent.name
      : `${agent.path}${first.line ? `:${first.line}` : ""}`;
    return {
      ...agent,
      error: `${place}: ${first.message}`,
      remedy: first.remedy,
      ...(first.line === undefined ? {} : { line: first.line }),
      others: others.map(({ line, ...it }) =>
        `${line === undefined ? "" : `line ${line}: `}${sentenceOf(it)}`
      ),
    };
  }));
}
