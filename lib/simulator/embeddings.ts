import { hashText } from "../core/mod.ts";
import { bodyError } from "./api_error.ts";
import { BodyReader } from "./body_reader.ts";
import { randomFrom } from "./hash.ts";
import { countTokens } from "./tokens.ts";

const DEFAULT_DIMENSIONS = 1024;
const MAX_DIMENSIONS = 3072;
const MAX_INPUTS = 512;
const MAX_WORDS = 2000;

/** The answer to `POST /v1/embeddings`. Throws `ApiError` 422. */
export function embeddingsBody(value: unknown, seed: number): Readonly<Record<string, unknown>> {
  const reader = new BodyReader();
  const body = reader.object([], value) ?? {};
  const model = reader.required(["model"], body.model) ? reader.string(["model"], body.model) : undefined;
  const given = body.input ?? body.inputs;
  const list = typeof given === "string"
    ? [given]
    : reader.required(["input"], given)
    ? reader.list(["input"], given, MAX_INPUTS) ?? []
    : [];
  const inputs = list.map((text, i) => reader.string(["input", i], text) ?? "");
  const dimensions = reader.number(["output_dimension"], body.output_dimension, {
    min: 1,
    max: MAX_DIMENSIONS,
    integer: true,
  });
  if (reader.problems.length > 0) throw bodyError(reader.problems);
  const tokens = inputs.reduce((sum, text) => sum + countTokens(text), 0);
  const data = inputs.map((text, index) => ({
    object: "embedding",
    embedding: embed(text, dimensions ?? DEFAULT_DIMENSIONS, seed),
    index,
  }));
  return {
    id: hashText(inputs.join("\n"), seed).toString(16).padStart(14, "0"),
    object: "list",
    data,
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens, completion_tokens: 0 },
  };
}

/**
 * A unit vector that depends only on the text and the seed. Every word adds a random direction of its own, so that texts
 * with words in common are nearer to each other than texts without.
 */
export function embed(text: string, dimensions: number, seed: number): readonly number[] {
  const vector = new Float64Array(dimensions);
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  for (const word of words.length > 0 ? new Set(words.slice(0, MAX_WORDS)) : [`blank ${text}`]) {
    const random = randomFrom(hashText(word, seed) % 4294967296);
    for (let i = 0; i < dimensions; i++) vector[i]! += random() - 0.5;
  }
  const length = Math.hypot(...vector);
  return Array.from(vector, (value) => Number((value / length).toFixed(8)));
}
