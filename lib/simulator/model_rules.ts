import { type ApiError, modelError } from "./api_error.ts";
import type { ChatBody } from "./chat_body.ts";
import { capabilitiesOf, type Capability } from "./model_list.ts";
import { simBase } from "./sim_models.ts";

/** A model of its own that a scenario names can do everything. */
const ALL: readonly Capability[] = ["completion_chat", "completion_fim", "reasoning", "vision", "audio"];
const SIMULATED: readonly Capability[] = ["completion_chat", "completion_fim", "function_calling"];
/** These reason whatever they are asked; others that can, when `reasoning_effort` says so. */
const NATIVE_REASONING = /^magistral|(?:^|[^a-z0-9])sim-think$/;

/** Throws `ApiError` 400 when there is no such model or it cannot do this. */
export function checkModelCan(
  capability: Capability,
  model: string,
  moreModels: readonly string[],
): readonly Capability[] {
  const can = abilities(model, moreModels);
  if (can?.includes(capability)) return can;
  throw invalidModel(model);
}

/** Throws `ApiError` 400 when there is no such model. */
export function checkModel(model: string, moreModels: readonly string[]): void {
  if (!abilities(model, moreModels)) throw invalidModel(model);
}

/** Throws `ApiError` 400 for an unknown model, and for what the model cannot take: reasoning, images, audio. */
export function checkChatModel(body: ChatBody, moreModels: readonly string[]): void {
  const { model, messages, reasoningEffort = "none", promptMode } = body;
  const can = checkModelCan("completion_chat", model, moreModels);
  const has = (type: string) => messages.some(({ otherParts }) => otherParts?.some((part) => part === type));
  const isNative = NATIVE_REASONING.test(model);
  const isAsked = reasoningEffort !== "none";
  if (isAsked && !isNative && !can.includes("reasoning")) {
    throw cannotTake("Reasoning effort is not enabled for this model");
  }
  if (promptMode === "reasoning" && !isNative) {
    throw cannotTake("Reasoning prompt mode is not enabled for this model");
  }
  if (has("thinking") && !isNative && !(isAsked && can.includes("reasoning"))) {
    throw cannotTake("Reasoning input is not enabled for this model");
  }
  if (has("image_url") && !can.includes("vision")) {
    throw cannotTake("Image input is not enabled for this model");
  }
  if (has("input_audio") && !can.includes("audio")) {
    throw cannotTake("Audio input is not enabled for this model");
  }
}

function abilities(model: string, moreModels: readonly string[]): readonly Capability[] | undefined {
  const base = simBase(model);
  if (base !== undefined) return capabilitiesOf(base.replace(/[^a-z0-9]+$/, "")) ?? SIMULATED;
  return capabilitiesOf(model) ?? (moreModels.includes(model) ? ALL : undefined);
}

function invalidModel(model: string): ApiError {
  return modelError(400, `Invalid model: ${model.slice(0, 100)}`, "invalid_model", "1500");
}

function cannotTake(message: string): ApiError {
  return modelError(400, message, "invalid_request_invalid_args", "3051");
}
