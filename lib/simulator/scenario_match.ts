import { AgentOpError } from "../core/mod.ts";
import { describePath } from "../schema/mod.ts";
import type { RE2JS } from "re2js";
import type { ChatBody } from "./chat_body.ts";
import type { Conversation } from "./conversation.ts";
import { linearPattern } from "./pattern.ts";
import type { Scenario } from "./scenario.ts";
import { scenarioProblems } from "./scenario_check.ts";

export interface ScenarioMatcher {
  readonly scenario: Scenario;
  matches(body: ChatBody, conversation: Conversation): boolean;
}

/** Patterns see this many characters. */
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
  const agentPattern = agent === undefined ? undefined : linearPattern(agent);
  const promptPattern = prompt === undefined ? undefined : linearPattern(prompt);
  return {
    scenario,
    matches: (body, conversation) =>
      (model === undefined || modelPattern?.matcher(body.model).find() === true) &&
      (agent === undefined ||
        agentPattern?.matcher(conversation.system.slice(0, MAX_SUBJECT)).find() === true) &&
      (prompt === undefined ||
        promptPattern?.matcher(
            (scenario.per === "turn" ? conversation.prompt : conversation.firstPrompt).slice(0, MAX_SUBJECT),
          ).find() === true) &&
      (hasTool === undefined || body.tools.some((tool) => tool.name === hasTool)),
  };
}

function globPattern(glob: string): RE2JS | undefined {
  return linearPattern(`^${glob.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*")}$`);
}
