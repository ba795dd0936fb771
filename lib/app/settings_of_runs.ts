import type { AgentConfig } from "../agent/mod.ts";
import type { Run } from "../core/mod.ts";

/**
 * What runs were made with that their agent does not have now, in words: `model=mistral-large-latest (2 of 3 runs)`; what cannot be
 * set by one word by its name alone.
 */
export async function settingsOfRuns(runs: readonly Run[], agent: AgentConfig): Promise<readonly string[]> {
  const [{ agentConfigOf, overrideKeys }, { configEdits }] = await Promise.all([
    import("../agent/mod.ts"),
    import("../evals/mod.ts"),
  ]);
  const keys = new Set(await overrideKeys());
  const counts = new Map<string, number>();
  for (const run of runs) {
    const config = await agentConfigOf(run);
    const edits = config ? configEdits(agent, config) : [];
    const words = edits.map(({ key, bad }) => {
      const name = key.replace(/^parameters\./, "");
      const isWord = typeof bad === "string" || typeof bad === "number" || typeof bad === "boolean";
      return isWord && name !== "instructions" && keys.has(name) ? `${name}=${bad}` : key;
    });
    for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) =>
    count === runs.length ? word : `${word} (${count} of ${runs.length} runs)`
  );
}
