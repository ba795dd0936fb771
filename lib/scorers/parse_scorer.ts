import { AgentOpError, type Scorer } from "../core/mod.ts";
import { parseCheckedYaml } from "../schema/mod.ts";
import { loadScorer } from "./list.ts";

/**
 * A scorer as one writes it on a command line: `NAME`, `NAME=VALUE` for its main setting, or `NAME={key: value, …}` and
 * `NAME=[value, …]` (YAML). Throws `AgentOpError`.
 */
export async function parseScorer(text: string): Promise<Scorer> {
  const at = text.indexOf("=");
  const factory = await loadScorer((at < 0 ? text : text.slice(0, at)).trim());
  if (at < 0) return factory.create(undefined);
  const value = text.slice(at + 1);
  const { z } = await import("zod");
  const parsed = async <T>(schema: import("zod").ZodType<T>) =>
    (await parseCheckedYaml(value, `the settings of ${factory.name}`, schema)).data;
  if (value.trimStart().startsWith("{")) {
    return factory.create(await parsed(z.record(z.string(), z.unknown())));
  }
  if (factory.setting === undefined) {
    throw new AgentOpError(`Cannot set up scorer "${factory.name}": it has no settings`, {
      remedy: factory.example,
    });
  }
  const isList = factory.takesList && value.trimStart().startsWith("[");
  return factory.create({ [factory.setting]: isList ? await parsed(z.array(z.unknown())) : value });
}
