/**
 * What agents can do. One file per tool; this list is where a new one is added. Every tool declares the least it
 * needs, checks its arguments, bounds its output and settles soon after an abort.
 *
 * @module
 */
import { AgentOpError, nearest, type Tool } from "../core/mod.ts";
import { calculator } from "./calculator.ts";
import { currentTime } from "./current_time.ts";
import { elevenLabsSpeak } from "./elevenlabs_speak.ts";
import type { ToolDependencies, ToolFactory } from "./factory.ts";
import { hfListModels } from "./hf_list_models.ts";
import { httpGet } from "./http_get.ts";
import { listFiles } from "./list_files.ts";
import { readFile } from "./read_file.ts";
import { runCode } from "./run_code.ts";
import { sqliteQuery } from "./sqlite_query.ts";
import { wandbLog } from "./wandb_log.ts";
import { writeFile } from "./write_file.ts";

export type { ToolDependencies, ToolFactory, ToolSecrets } from "./factory.ts";
export { defineTool, type ToolSpec } from "./define_tool.ts";
export { childLauncher } from "./child_limits.ts";
export { runShell, type ShellOptions, type ShellOutcome } from "./shell_child.ts";
export { readTextInside } from "./read_text_inside.ts";
export { elevenLabsAccount, type SpeechAccount } from "./elevenlabs_account.ts";
export { checkPostTarget, type PostAnswer, postChecked } from "./post_checked.ts";
export { ToolFailure } from "./tool_failure.ts";
export { type CappedText, capText, cutMark } from "./output.ts";
export { createMemoryTools, type KeyValueMemory } from "./memory.ts";

export const TOOL_FACTORIES: readonly ToolFactory[] = [
  calculator,
  currentTime,
  readFile,
  listFiles,
  writeFile,
  httpGet,
  sqliteQuery,
  runCode,
  elevenLabsSpeak,
  hfListModels,
  wandbLog,
];

/**
 * The tool that an agent file names, with its configuration (`undefined` or `null` for a bare name). Touches nothing outside.
 * Throws `AgentOpError` for an unknown name or a configuration that does not fit.
 */
export function createTool(name: string, config: unknown, deps: ToolDependencies): Tool {
  const factory = TOOL_FACTORIES.find((factory) => factory.name === name);
  if (factory) return factory.create(config, deps);
  const names = TOOL_FACTORIES.map((factory) => factory.name);
  const guess = nearest(name, names);
  throw new AgentOpError(`Cannot set up tool ${JSON.stringify(name.slice(0, 80))}: there is no such tool`, {
    remedy: guess ?? `one of ${names.join(", ")}`,
  });
}

/** For help texts and documentation. */
export function listTools(): readonly Pick<ToolFactory, "name" | "description" | "permissions">[] {
  return TOOL_FACTORIES.map(({ name, description, permissions }) => ({ name, description, permissions }));
}
