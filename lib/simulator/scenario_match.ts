import { AgentOpError } from "../core/mod.ts";
import { describePath } from "../schema/mod.ts";
import type { ChatBody } from "./chat_body.ts";
import type { Conversation } from "./conversation.ts";
import type { Scenario } from "./scenario.ts";
import { scenarioProblems } from "./scenario_check.ts";

export interface ScenarioMatcher {
  readonly scenario: Scenario;
  matches(body: ChatBody, conversation: Conversation): boolean;
}

/** Patterns see this many characters: a slow pattern stays affordable, whatever the prompt. */
const MAX_SUBJECT = 8000;

/** Throws `AgentOpError` for a scenario that `scenarioProblems` objects to. */
export function compileScenario(scenario: Scenario): ScenarioMatcher {
  const [problem] = scenarioProblems(scenario);
  if (problem) {
    throw new AgentOpError(
      `Cannot use scenario "${scenario.name}": ${describePath(problem.path)} ${problem.reason}`,
      { remedy: problem.remedy },
    );
  }
  const { model, agent, prompt, hasTool } = scenario.match ?? {};
  const modelPattern = model === undefined ? undefined : globPattern(model);
  const agentPattern = agent === undefined ? undefined : new RegExp(agent, "i");
  const promptPattern = prompt === undefined ? undefined : new RegExp(prompt, "i");
  return {
    scenario,
    matches: (body, conversation) =>
      (!modelPattern || modelPattern.test(body.model)) &&
      (!agentPattern || agentPattern.test(conversation.system.slice(0, MAX_SUBJECT))) &&
      (!promptPattern ||
        promptPattern.test(
          (scenario.per === "turn" ? conversation.prompt : conversation.firstPrompt).slice(0, MAX_SUBJECT),
        )) &&
      (hasTool === undefined || body.tools.some((tool) => tool.name === hasTool)),
  };
}

function globPattern(glob: string): RegExp {
  return new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*")}$`, "i");
}
