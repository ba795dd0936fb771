import type { Context } from "../context.ts";

/** Says that no model was asked, where none was. */
export function noteSimulator(context: Context, verb: "answers" | "answered"): void {
  if (!context.config.useSimulator) return;
  context.note(`No MISTRAL_API_KEY: the built-in simulator ${verb}. Costs are what Mistral would charge.`);
}
