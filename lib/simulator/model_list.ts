interface ModelFacts {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly about: string;
  readonly contextTokens: number;
  readonly temperature: number;
  readonly can: readonly Capability[];
}

const CAPABILITIES = [
  "completion_chat",
  "completion_fim",
  "function_calling",
  "reasoning",
  "fine_tuning",
  "vision",
  "ocr",
  "classification",
  "moderation",
  "audio",
] as const;
export type Capability = (typeof CAPABILITIES)[number];

const CHAT: readonly Capability[] = ["completion_chat", "function_calling"];
const SEEING: readonly Capability[] = [...CHAT, "vision"];
const THINKING: readonly Capability[] = [...SEEING, "reasoning"];
/** 2026-11-01: the list does not change with the day. */
const LISTED_AT_S = 1_793_491_200;

const MODELS: readonly ModelFacts[] = [
  model(
    "mistral-large-4-0",
    ["mistral-large-4", "mistral-large-2610"],
    "Flagship model, preview",
    262_144,
    0.3,
    THINKING,
  ),
  model("mistral-large-2512", ["mistral-large-latest"], "Flagship multimodal model", 262_144, 0.3, SEEING),
  model("mistral-large-2411", [], "Large 2", 131_072, 0.7, CHAT),
  model(
    "mistral-medium-3-5",
    ["mistral-medium-3.5", "mistral-medium-2604", "mistral-medium-latest", "mistral-medium"],
    "Balanced multimodal model",
    262_144,
    0.3,
    THINKING,
  ),
  model("mistral-medium-2508", [], "Medium 3.1", 131_072, 0.3, SEEING),
  model("mistral-medium-2505", [], "Medium 3", 131_072, 0.3, SEEING),
  model(
    "mistral-small-2603",
    ["mistral-small-latest"],
    "Small, fast multimodal model",
    262_144,
    0.3,
    THINKING,
  ),
  model("mistral-small-2506", [], "Small 3.2", 131_072, 0.3, SEEING),
  model("magistral-medium-2509", ["magistral-medium-latest"], "Reasoning model", 131_072, 0.7, THINKING),
  model("magistral-small-2509", ["magistral-small-latest"], "Small reasoning model", 131_072, 0.7, THINKING),
  model("ministral-14b-2512", ["ministral-14b-latest"], "Edge model, 14B", 262_144, 0.3, SEEING),
  model("ministral-8b-2512", ["ministral-8b-latest"], "Edge model, 8B", 262_144, 0.3, SEEING),
  model("ministral-3b-2512", ["ministral-3b-latest"], "Edge model, 3B", 131_072, 0.3, SEEING),
  model("codestral-2508", ["codestral-latest"], "Code completion model", 256_000, 0.3, [
    ...CHAT,
    "completion_fim",
  ]),
  model(
    "devstral-2512",
    ["devstral-latest", "devstral-medium-latest"],
    "Coding agent model",
    262_144,
    0.2,
    CHAT,
  ),
  model("open-mistral-nemo", ["open-mistral-nemo-2407"], "Open 12B model", 131_072, 0.3, CHAT),
  model("open-mistral-7b", ["mistral-tiny"], "Open 7B model", 32_768, 0.7, CHAT),
  model("open-mixtral-8x7b", [], "Open mixture of experts", 32_768, 0.7, CHAT),
  model("open-mixtral-8x22b", [], "Open mixture of experts", 65_536, 0.7, CHAT),
  model("pixtral-12b-2409", ["pixtral-12b", "pixtral-12b-latest"], "Open vision model", 131_072, 0.3, SEEING),
  model("pixtral-large-2411", ["pixtral-large-latest"], "Vision model", 131_072, 0.7, SEEING),
  model("voxtral-small-2507", ["voxtral-small-latest"], "Audio understanding model", 32_768, 0.2, [
    ...CHAT,
    "audio",
  ]),
  model("mistral-embed", ["mistral-embed-2312"], "Text embeddings, 1024 dimensions", 8192, 0, []),
  model("codestral-embed-2505", ["codestral-embed"], "Code embeddings", 8192, 0, []),
  model("mistral-moderation-2411", ["mistral-moderation-latest"], "Moderation", 8192, 0, [
    "moderation",
    "classification",
  ]),
  model("mistral-ocr-2512", ["mistral-ocr-latest"], "Document reading", 16_384, 0, ["ocr", "vision"]),
];

function model(
  id: string,
  aliases: readonly string[],
  about: string,
  contextTokens: number,
  temperature: number,
  can: readonly Capability[],
): ModelFacts {
  return { id, aliases, about, contextTokens, temperature, can };
}

type ModelCard = Readonly<Record<string, unknown>>;

/** The body of `GET /v1/models`: as at Mistral's, every alias is an entry of its own that names the others. */
export function modelList(simulated: readonly string[]): Readonly<Record<string, unknown>> {
  return { object: "list", data: modelCards(simulated) };
}

/** The body of `GET /v1/models/{id}`, or `undefined`. */
export function modelCard(id: string, simulated: readonly string[]): ModelCard | undefined {
  return modelCards(simulated).find((entry) => entry.id === id);
}

/** What the model can do under any of its names; `undefined` when there is none of that name. */
export function capabilitiesOf(name: string): readonly Capability[] | undefined {
  return MODELS.find((facts) => namesOf(facts).includes(name))?.can;
}

/** The models that chat under all their names, without those that behave as their name says. */
export function simulatedChatModels(): readonly string[] {
  return MODELS.filter((facts) => facts.can.includes("completion_chat")).flatMap(namesOf);
}

function modelCards(simulated: readonly string[]): readonly ModelCard[] {
  const special = simulated.map((id) =>
    model(id, [], "Simulator: behaves as its name says", 131_072, 0.3, CHAT)
  );
  return [...MODELS, ...special].flatMap((facts) => {
    const names = namesOf(facts);
    return names.map((name) => card(facts, name, names.filter((other) => other !== name)));
  });
}

const namesOf = ({ id, aliases }: ModelFacts): readonly string[] => [id, ...aliases];

function card(facts: ModelFacts, id: string, aliases: readonly string[]): ModelCard {
  return {
    id,
    object: "model",
    created: LISTED_AT_S,
    owned_by: "mistralai",
    capabilities: Object.fromEntries(CAPABILITIES.map((name) => [name, facts.can.includes(name)])),
    name: facts.id,
    description: facts.about,
    max_context_length: facts.contextTokens,
    aliases,
    deprecation: null,
    deprecation_replacement_model: null,
    default_model_temperature: facts.temperature,
    type: "base",
  };
}
