import { canonicalJson, hashText, isObject, tryParseJson } from "../core/mod.ts";
import type { Json } from "./body_reader.ts";
import { BUILTIN_SCENARIOS } from "./builtin_scenarios.ts";
import type { ChatBody } from "./chat_body.ts";
import { type Conversation, readConversation } from "./conversation.ts";
import { defaultReply } from "./default_answer.ts";
import { describeFault, type Fault, FaultCounters } from "./faults.ts";
import type { Reply } from "./reply.ts";
import type { Scenario, ScenarioStep } from "./scenario.ts";
import { compileScenario, type ScenarioMatcher } from "./scenario_match.ts";
import { simFault, simReply } from "./sim_models.ts";
import { renderFields, renderTemplate, type TemplateContext, TemplateError } from "./template.ts";
import { argumentsFor, suggestCalls } from "./tool_rules.ts";

export interface Decision {
  readonly reply: Reply;
  readonly fault?: Fault;
  /** `scenario NAME step 2`, `model sim-echo`, `rules`; `fault …` in front when something goes wrong first. */
  readonly answeredBy: string;
}

interface ChosenStep {
  readonly scenario: Scenario;
  readonly step: ScenarioStep;
  readonly number: number;
}

/** Decides what a request gets. The only thing it remembers is which faults a conversation has met. */
export class Engine {
  readonly #matchers: readonly ScenarioMatcher[];
  readonly #seed: number;
  readonly #counters = new FaultCounters();

  /** The first scenario that matches answers. Throws `AgentOpError` for a scenario that `scenarioProblems` objects to. */
  constructor(scenarios: readonly Scenario[], seed: number) {
    this.#matchers = scenarios.map(compileScenario);
    this.#seed = seed;
  }

  /**
   * @param forced a fault that comes before all others
   * @param caller tells apart clients that send the same messages, e.g. a trace id
   */
  decide(body: ChatBody, forced?: Fault, caller = ""): Decision {
    const conversation = readConversation(body);
    const chosen = this.#choose(body, conversation);
    const [reply, source] = this.#reply(body, conversation, chosen);
    const fault = forced ?? simFault(body.model) ?? this.#scripted(body, chosen, caller);
    const suited = suitToolChoice(reply, body, conversation, this.#seed);
    if (!fault) return { reply: suited, answeredBy: source };
    return { reply: suited, fault, answeredBy: `fault ${describeFault(fault)} before ${source}` };
  }

  #choose(body: ChatBody, conversation: Conversation): ChosenStep | undefined {
    const matcher = this.#matchers.find((candidate) => candidate.matches(body, conversation));
    if (!matcher) return undefined;
    const { scenario } = matcher;
    const index = scenario.per === "turn" ? conversation.answersThisTurn : conversation.answers;
    const step = scenario.steps[index];
    return step && { scenario, step, number: index + 1 };
  }

  #reply(body: ChatBody, conversation: Conversation, chosen: ChosenStep | undefined): [Reply, string] {
    const simulated = simReply(body, conversation);
    if (simulated) return [simulated, `model ${body.model}`];
    if (!chosen) return [defaultReply(body, conversation, this.#seed), "rules"];
    const { scenario, step, number } = chosen;
    const source = `scenario ${scenario.name} step ${number}`;
    try {
      return [renderStep(step, body, templateContext(scenario, conversation)), source];
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const why =
        `The simulator cannot fill in step ${number} of scenario "${scenario.name}": ${error.message}.`;
      if (!BUILTIN_SCENARIOS.includes(scenario)) return [{ text: why }, source];
      // A demo goes on when a person has changed what a tool said.
      const reply = defaultReply(body, conversation, this.#seed);
      return [reply.text === undefined ? reply : { ...reply, text: `${reply.text} (${why})` }, "rules"];
    }
  }

  #scripted(body: ChatBody, chosen: ChosenStep | undefined, caller: string): Fault | undefined {
    const faults = chosen?.step.faults ?? [];
    if (!chosen || faults.length === 0) return undefined;
    const about = [chosen.scenario.name, chosen.number, body.model, body.messages];
    return this.#counters.next(`${caller} ${hashText(canonicalJson(about))}`, faults);
  }
}

function templateContext(scenario: Scenario, conversation: Conversation): TemplateContext {
  if (scenario.per !== "turn") return conversation;
  const outcomes = conversation.outcomes.slice(conversation.outcomes.length - conversation.outcomesThisTurn);
  return { ...conversation, outcomes };
}

function renderStep(step: ScenarioStep, body: ChatBody, context: TemplateContext): Reply {
  const toolCalls = step.toolCalls?.map(({ name, arguments: args = {} }) => ({
    name,
    arguments: typeof args === "string"
      ? renderTemplate(args, context)
      : JSON.stringify(numbersWhereAsked(renderFields(args, context), body, name)),
  }));
  return {
    ...(step.think === undefined ? {} : { think: renderTemplate(step.think, context) }),
    ...(step.text === undefined ? {} : { text: renderTemplate(step.text, context) }),
    ...(toolCalls ? { toolCalls } : {}),
    ...(step.finishReason === undefined ? {} : { finishReason: step.finishReason }),
    ...(step.usage === undefined ? {} : { usage: step.usage }),
    ...(step.latencyMs === undefined ? {} : { latencyMs: step.latencyMs }),
    ...(step.tokensPerSecond === undefined ? {} : { tokensPerSecond: step.tokensPerSecond }),
  };
}

/** A template renders to text; where the tool's schema wants a number or a boolean, the text is read as one. */
function numbersWhereAsked(args: Json, body: ChatBody, name: string): Json {
  const parameters = body.tools.find((tool) => tool.name === name)?.parameters;
  const properties = isObject(parameters?.properties) ? parameters.properties : {};
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => {
      const schema = Object.hasOwn(properties, key) ? properties[key] : undefined;
      const type = isObject(schema) ? schema.type : undefined;
      if (typeof value !== "string" || (type !== "number" && type !== "integer" && type !== "boolean")) {
        return [key, value];
      }
      const parsed = tryParseJson(value);
      const suits = type === "boolean" ? typeof parsed === "boolean" : typeof parsed === "number";
      return [key, suits ? parsed : value];
    }),
  );
}

function suitToolChoice(reply: Reply, body: ChatBody, conversation: Conversation, seed: number): Reply {
  const choice = body.toolChoice;
  let calls = reply.toolCalls ?? [];
  if (choice === "none") {
    if (calls.length === 0) return reply;
    const { toolCalls: _, ...rest } = reply;
    return rest.text ? rest : { ...defaultReply(body, conversation, seed), ...rest };
  }
  if (typeof choice === "object") calls = calls.filter((call) => call.name === choice.name);
  if (calls.length === 0 && choice !== "auto") {
    const allowed = body.tools.filter((tool) => choice === "any" || tool.name === choice.name);
    const call = suggestCalls(conversation.prompt, allowed)[0] ??
      allowed.map((tool) => ({ name: tool.name, arguments: argumentsFor(tool, conversation.prompt) }))[0];
    if (!call) return reply;
    return { toolCalls: [{ name: call.name, arguments: JSON.stringify(call.arguments) }] };
  }
  if (!body.parallelToolCalls) calls = calls.slice(0, 1);
  return calls.length > 0 ? { ...reply, toolCalls: calls } : reply;
}
