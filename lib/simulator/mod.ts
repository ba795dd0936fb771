/**
 * A server that speaks Mistral's wire protocol without a model behind it: scripted scenarios, rules that call the offered tools,
 * faults, latency. What `agentop` uses when no key is set, and what the tests use instead of a network.
 *
 * ```ts
 * import { startSimulator } from "./mod.ts";
 *
 * const simulator = await startSimulator({ seed: 7 });
 * const response = await fetch(`${simulator.url}/v1/models`, { headers: { authorization: "Bearer any" } });
 * console.log((await response.json()).data.length > 10);
 * await simulator.close();
 * ```
 *
 * @module
 */
export { type SimulatedRequest, type Simulator, type SimulatorOptions, startSimulator } from "./server.ts";
export type { Scenario, ScenarioMatch, ScenarioStep, ScriptedToolCall, ScriptedUsage } from "./scenario.ts";
export {
  describeFault,
  DRIP_PARTS,
  type Fault,
  FaultCounters,
  parseFault,
  STREAM_ERROR,
  strikeAfter,
  untilAborted,
} from "./faults.ts";
export { statusError } from "./chat_route.ts";
export { loadScenarios, parseScenarios } from "./scenario_file.ts";
export { type Demo, DEMO_PACE, DEMOS } from "./demos.ts";
export { BUNDLED_AGENTS } from "./bundled_agents.ts";
export { BUILTIN_SCENARIOS } from "./builtin_scenarios.ts";
export { SIM_MODELS } from "./sim_models.ts";
export { simulatedChatModels } from "./model_list.ts";

/** The schema of scenario files, loaded with the first use. */
export const loadScenarioSchema = () => import("./scenario_schema.ts");
