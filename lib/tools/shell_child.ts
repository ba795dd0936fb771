import { childLauncher } from "./child_limits.ts";
import { runChild } from "./child_process.ts";
import { ToolFailure } from "./tool_failure.ts";

/** 1 GB: a program may keep notes, and not fill the disk. */
const FILE_BLOCKS = 2_097_152;

export interface ShellOptions {
  /** As the shell of this system reads it. */
  readonly command: string;
  /** The child's whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it reads from its standard input. */
  readonly input: string;
  /** @default the folder of this process */
  readonly cwd?: string | undefined;
  readonly timeoutMs: number;
  /** Of stdout, and again of stderr. */
  readonly maxOutputBytes: number;
  readonly signal: AbortSignal;
}

export interface ShellOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command that a person has allowed: in a process group of its own that ends with its time, with this program, and with more
 * output than it may write. It sees files and the network as the person does. Throws `ToolFailure` when it was ended or could not start.
 */
export async function runShell(options: ShellOptions): Promise<ShellOutcome> {
  const { command, environment, input, cwd, timeoutMs, maxOutputBytes, signal } = options;
  const shell = Deno.build.os === "windows" ? ["cmd", "/c", command] : ["/bin/sh", "-c", command];
  const { prefix } = await childLauncher();
  const [program, ...args] = [
    ...prefix({ fileBlocks: FILE_BLOCKS, cpuSeconds: 2 * Math.ceil(timeoutMs / 1000) }),
    ...shell,
  ];
  const outcome = await runChild({
    command: program!,
    args,
    ...(cwd === undefined ? {} : { cwd }),
    env: environment,
    input,
    closesInput: true,
    timeoutMs,
    maxOutputBytes,
    signal,
  }).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable)) throw error;
    throw new ToolFailure(`the command could not be started: ${error.message}`);
  });
  if (outcome.endedBy === "timeout") {
    throw new ToolFailure(`the command took longer than ${timeoutMs / 1000} s`);
  }
  if (outcome.endedBy === "output") {
    throw new ToolFailure(`the command printed more than ${maxOutputBytes} bytes`);
  }
  const decoder = new TextDecoder();
  return {
    exitCode: outcome.exitCode,
    stdout: decoder.decode(outcome.stdout),
    stderr: decoder.decode(outcome.stderr),
  };
}
