import type { Context } from "../context.ts";

/** Says that no model was asked, where none was. */
export function noteSimulator(context: Context, verb: "answers" | "answered"): void {
  if (!context.config.useSimulator) return;
  context.note(`No MISTRAL_API_KEY: the built-in simulator ${verb}. Costs are what Mistral would charge.`);
}

/** The same of one model: those with servers of their own are asked. */
export async function noteSimulatorOf(
  context: Context,
  verb: "answers" | "answered",
  model: string,
): Promise<void> {
  if (!context.config.useSimulator) return;
  const { isSimulated } = await import("../../app/mod.ts");
  if (await isSimulated(context.config, model)) noteSimulator(context, verb);
}
