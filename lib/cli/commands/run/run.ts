import type { AgentConfig } from "../../../agent/mod.ts";
import { AgentOpError, reasonOf } from "../../../core/mod.ts";
import { Option } from "@commander-js/extra-typings";
import type { CliCommand } from "../../frame/command.ts";

const PROMPT_MAX_BYTES = 10_000_000;

export interface LimitOptions {
  readonly budget?: string | undefined;
  readonly maxSteps?: string | undefined;
  readonly timeout?: string | undefined;
  readonly approve?: string | undefined;
}

function collect(value: string, all: readonly string[] = []): string[] {
  return [...all, value];
}

export const run: CliCommand = {
  register(program, act) {
    program.command("run").description("run an agent: by name, or by a path to its .yaml file")
      .argument("<agent>", "name or path").argument("[prompt]", "what to ask (default: --file, else stdin)")
      .option("--file <file>", "read the prompt from a file")
      .option(
        "--set <key=value>",
        "override model, temperature, maxTokens, seed, instructions, tools.NAME=off, … (repeatable)",
        collect,
      )
      .option("--group <group>", "experiment, session or batch the run belongs to")
      .option("--user <user>", "user the run is for")
      .option("--tag <key=value>", "label the run (repeatable)", collect)
      .option("--budget <usd>", "stop before this much is spent")
      .option("--max-steps <n>", "stop after this many model and tool calls")
      .option("--timeout <seconds>", "stop after this time")
      .addOption(
        new Option("--approve <policy>", "for tools that write, execute or reach the network").choices(
          ["ask", "auto", "never"] as const,
        ),
      )
      .option("--stream", "stream the answer even when stdout is no terminal")
      .option("--jsonl", "print one event per line")
      .addHelpText(
        "after",
        "\nExamples:\n  agentop run researcher 'How many rows in sales.csv?' --set temperature=0 --budget 0.05" +
          "\n  git diff | agentop run reviewer --json",
      )
      .action((agent, prompt, options) =>
        act(async (context) => {
          const { applyOverrides } = await import("../../../agent/mod.ts");
          const { runInForeground } = await import("../../process/foreground.ts");
          const config = withLimits(
            applyOverrides(await context.app.resolveAgent(agent), pairs("--set", options.set ?? [])),
            options,
          );
          const request = {
            prompt: await readPrompt(agent, prompt, options.file),
            tags: {
              ...pairs("--tag", options.tag ?? []),
              ...(context.config.useSimulator ? { simulator: "true" } : {}),
            },
            ...(options.group === undefined ? {} : { group: options.group }),
            ...(options.user === undefined ? {} : { userId: options.user }),
          };
          return await runInForeground(context, options, (runner) => runner.queue(config, request));
        })
      );
  },
};

/** `key=value` arguments. The value may hold further `=`. */
export function pairs(flag: string, values: readonly string[]): Record<string, string> {
  const all = values.map((text): [string, string] => {
    const at = text.indexOf("=");
    if (at < 1) {
      throw new AgentOpError(`Cannot read ${flag} ${text.slice(0, 80)}: it has no "="`, {
        remedy: `${flag} key=value`,
      });
    }
    return [text.slice(0, at).trim(), text.slice(at + 1)];
  });
  return Object.fromEntries(all);
}

/** Applies `--budget`, `--max-steps`, `--timeout` and `--approve`. */
export function withLimits(config: AgentConfig, options: LimitOptions): AgentConfig {
  const positive = (flag: string, text: string, integer: boolean): number => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isFinite(value) && value > 0 && (!integer || Number.isInteger(value))) {
      return value;
    }
    const kind = integer ? "a positive whole number" : "a positive number";
    throw new AgentOpError(`Cannot use ${flag}: it must be ${kind}: got "${text.slice(0, 40)}"`, {
      remedy: `${flag} 5`,
    });
  };
  const { approve } = options;
  if (approve !== undefined && approve !== "ask" && approve !== "auto" && approve !== "never") {
    throw new AgentOpError(
      `Cannot use --approve: it must be ask, auto or never: got "${approve.slice(0, 40)}"`,
      { remedy: "--approve ask" },
    );
  }
  return {
    ...config,
    limits: {
      ...config.limits,
      ...(options.budget === undefined ? {} : { budgetUsd: positive("--budget", options.budget, false) }),
      ...(options.maxSteps === undefined
        ? {}
        : { maxSteps: positive("--max-steps", options.maxSteps, true) }),
      ...(options.timeout === undefined
        ? {}
        : { timeoutSeconds: positive("--timeout", options.timeout, false) }),
    },
    ...(approve === undefined ? {} : { approve }),
  };
}

async function readPrompt(
  agent: string,
  argument: string | undefined,
  file: string | undefined,
): Promise<string> {
  if (argument !== undefined) return argument;
  if (file !== undefined) {
    try {
      const { size } = await Deno.stat(file);
      if (size > PROMPT_MAX_BYTES) throw new Error(`it is larger than ${PROMPT_MAX_BYTES} bytes`);
      return await Deno.readTextFile(file);
    } catch (error) {
      throw new AgentOpError(`Cannot read the prompt from ${file}: ${reasonOf(error)}`, {
        remedy: "another --file",
      });
    }
  }
  if (Deno.stdin.isTerminal()) {
    throw new AgentOpError(`Cannot run ${agent}: there is no prompt`, {
      remedy: `agentop run ${agent} "your question"`,
    });
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of Deno.stdin.readable) {
    chunks.push(chunk);
    if ((size += chunk.length) > PROMPT_MAX_BYTES) {
      throw new AgentOpError(`Cannot read the prompt: stdin has more than ${PROMPT_MAX_BYTES} bytes`, {
        remedy: "a shorter one",
      });
    }
  }
  return new TextDecoder().decode(await new Blob(chunks as BlobPart[]).arrayBuffer());
}
