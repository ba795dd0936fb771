/** The units a call is billed in. `input_tokens` are the uncached ones; a page is either plain or annotated. */
export const UNITS = {
  input: "input_tokens",
  cachedInput: "cached_input_tokens",
  cacheWriteInput: "cache_write_input_tokens",
  output: "output_tokens",
  /** Only where reasoning has a price of its own; elsewhere it is part of `output_tokens`. */
  reasoning: "reasoning_tokens",
  characters: "characters",
  /** Of a plan, where a service says how many it took: they stand in the place of `characters`. */
  credits: "credits",
  pages: "pages",
  annotatedPages: "annotated_pages",
  audioSeconds: "audio_seconds",
  /** One per call, where a call has a price of its own. */
  requests: "requests",
} as const;
