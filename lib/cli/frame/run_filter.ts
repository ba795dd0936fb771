import type { Command, OptionValues } from "@commander-js/extra-typings";
import { AgentOpError, allOf, oneLine, type RunCondition, type RunFilter } from "../../core/mod.ts";
import { parseRunQuery } from "../../analysis/mod.ts";
import type { Context } from "../context.ts";
import { collectList } from "./repeated_flags.ts";

export interface FilterFlags {
  readonly status?: readonly string[] | undefined;
  readonly agent?: string | undefined;
  readonly model?: string | undefined;
  readonly group?: string | undefined;
  readonly user?: string | undefined;
  readonly since?: string | undefined;
  readonly search?: string | undefined;
}

/** The flags by which commands choose runs. */
export function addFilterFlags<A extends unknown[], O extends OptionValues, G extends OptionValues>(
  command: Command<A, O, G>,
): Command<A, O & FilterFlags, G> {
  (command as unknown as Command)
    .option(
      "--status <status>",
      "only these, stored or as the list shows them, e.g. failed,budget (repeatable)",
      collectList,
    )
    .option("--agent <agent>", "only runs of this agent")
    .option("--model <model>", "only models whose name contains this")
    .option("--group <group>", "only runs of this group")
    .option("--user <user>", "only runs of this user")
    .option("--since <when>", "only runs since then: 90s, 24h, 7d or 2026-11-01")
    .option("--search <text>", 'words in it, and terms like "status:failed or cost>0.01 -tool:read_file"');
  return command as unknown as Command<A, O & FilterFlags, G>;
}

/** The filter that the flags of a command mean: all of them, and `search`. Throws `AgentOpError`. */
export function readRunFilter(
  flags: FilterFlags,
  { host, timeZone }: Pick<Context, "host" | "timeZone">,
): RunFilter {
  const read = (text: string): RunCondition | undefined => {
    const { filter, errors } = parseRunQuery(text, host.now(), timeZone);
    if (errors.length > 0) throw errors[0]!;
    return filter.where;
  };
  const { search } = flags;
  if (search !== undefined && !/[\p{L}\p{N}]/u.test(search)) {
    throw new AgentOpError(
      `Cannot search for ${JSON.stringify(oneLine(search, 40))}: no letter or digit is in it`,
      { remedy: "--search revenue" },
    );
  }
  const term = (key: string, value: string) => read(`${key}:"${value.replace(/["\\]/g, "\\$&")}"`);
  const conditions = [
    flags.status?.length ? term("status", flags.status.join(",")) : undefined,
    flags.since === undefined ? undefined : term("since", flags.since),
    search === undefined ? undefined : read(search),
  ];
  const where = allOf(conditions.filter((it) => it !== undefined));
  return {
    ...(flags.agent === undefined ? {} : { agent: flags.agent }),
    ...(flags.model === undefined ? {} : { model: flags.model }),
    ...(flags.group === undefined ? {} : { group: flags.group }),
    ...(flags.user === undefined ? {} : { user: flags.user }),
    ...(where ? { where } : {}),
  };
}
