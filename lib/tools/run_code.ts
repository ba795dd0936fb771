import { z } from "zod";
import { NO_PERMISSIONS, type ToolResult } from "../core/mod.ts";
import { grouped } from "../present/mod.ts";
import { countSetting, defineFactory, secondsSetting } from "./factory.ts";
import { defineTool } from "./define_tool.ts";
import { type DenoChildOutcome, runDenoChild } from "./deno_child.ts";
import { capText } from "./output.ts";

const MAX_CODE_LENGTH = 100_000;
const MAX_MEMORY_MB = 2_048;
const MAX_TIMEOUT_SECONDS = 300;

/**
 * The code is imported while the program runs, never put on the command line or made the main module: Deno lets a main
 * module's static imports read any local file without permission.
 */
const PROGRAM = `
const url = URL.createObjectURL(new Blob([input], { type: "application/typescript" }));
try {
  await import(url);
} catch (error) {
  console.error(error instanceof Error && error.stack || error);
  Deno.exit(1);
}
`;

/** TypeScript in a process that may touch nothing. Idempotent: without permissions there is nothing to change. */
export const runCode = defineFactory({
  name: "run_code",
  description: "Runs TypeScript in a locked-down process and returns what it prints.",
  permissions: "runs code in a child process without files, network, environment or programs",
  configSchema: z.strictObject({
    timeoutSeconds: secondsSetting(MAX_TIMEOUT_SECONDS, 10, "of one program"),
    memoryMb: countSetting(16, MAX_MEMORY_MB, 128, "of one program"),
  }),
  example: "- run_code: { timeoutSeconds: 10, memoryMb: 128 }",
  create: ({ timeoutSeconds, memoryMb }, deps) =>
    defineTool({
      name: "run_code",
      description:
        "Run a TypeScript program and get what it prints. Use console.log for results. It has no files, " +
        `no network, no imports except node: modules, ${timeoutSeconds} s and ${memoryMb} MB. Top-level await works.`,
      arguments: z.strictObject({
        code: z.string().min(1).max(MAX_CODE_LENGTH).describe("The program"),
      }),
      permissions: { ...NO_PERMISSIONS, run: true },
      idempotent: true,
      touches: [{ kind: "code", code: "code", language: "typescript" }],
      summary: ({ code }) => code,
      async execute({ code }, { signal, maxOutputBytes }) {
        const outcome = await runDenoChild({
          denoPath: deps.denoPath,
          program: PROGRAM,
          input: code,
          memoryMb,
          timeoutMs: timeoutSeconds * 1000,
          maxOutputBytes,
          signal,
        });
        return toResult(outcome, { timeoutSeconds, memoryMb, maxOutputBytes });
      },
    }),
});

function toResult(
  outcome: DenoChildOutcome,
  limits: { timeoutSeconds: number; memoryMb: number; maxOutputBytes: number },
): ToolResult {
  const ending = {
    exit: outcome.exitCode === 0 ? "" : `[exit status ${outcome.exitCode}]`,
    timeout: `[ended: it ran longer than ${limits.timeoutSeconds} s]`,
    memory: `[ended: it needed more than ${limits.memoryMb} MB]`,
    cpu: "[ended: it took too much processor time]",
    output: `[ended: it printed more than ${grouped(limits.maxOutputBytes)} bytes]`,
  }[outcome.endedBy];
  const printed = [outcome.stdout, readableErrors(outcome.stderr)].map((text) => text.trimEnd())
    .filter((text) => text !== "").join("\n");
  const room = Math.max(0, limits.maxOutputBytes - ending.length - 1);
  const { content, truncatedBytes } = capText(printed, room, outcome.droppedBytes);
  const failed = outcome.endedBy !== "exit" || outcome.exitCode !== 0;
  return {
    content: [content, ending].filter((text) => text !== "").join("\n") || "[it printed nothing]",
    ...(failed ? { isError: true } : {}),
    ...(truncatedBytes > 0 ? { truncatedBytes } : {}),
    attributes: { "process.exit.code": outcome.exitCode },
  };
}

/** Names the program's own frames and drops those of the machinery around it. */
function readableErrors(stderr: string): string {
  return stderr.replace(/blob:[^\s:)]*/g, "code.ts").split("\n")
    .filter((line) => !line.includes("data:application/javascript;base64,")).join("\n");
}
