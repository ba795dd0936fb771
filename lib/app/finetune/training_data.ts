import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { AgentOpError, tryParseJson } from "../../core/mod.ts";
import type { TrainingJob } from "./training_job.ts";
import type { TrainingLine } from "./training_line.ts";
import { lineProblem, loadSchemaCheck, type SchemaCheck } from "./validate_line.ts";

const DATA_MAX_BYTES = 1024 * 1024 * 1024;

/** The data as it is now, each line valid. Throws `AgentOpError` that names the line. */
export async function checkedData(path: string): Promise<TrainingJob["data"]> {
  const folder = resolve(path);
  const hash = createHash("sha256");
  const check = await loadSchemaCheck();
  let lines = 0;
  for (const name of ["train.jsonl", "validation.jsonl"]) {
    const file = join(folder, name);
    const cannot = (reason: string, cause?: unknown) =>
      new AgentOpError(`Cannot train on ${file}: ${reason}`, {
        remedy: "agentop export finetune --out FOLDER",
        cause,
      });
    const info = await Deno.stat(file).catch(() => undefined);
    if (!info && name === "validation.jsonl") continue;
    if (!info?.isFile) throw cannot("there is no such file");
    if (info.size > DATA_MAX_BYTES) throw cannot(`it is larger than ${DATA_MAX_BYTES} bytes`);
    let number = 0;
    for await (const line of linesOf(file)) {
      hash.update(line).update("\n");
      number++;
      const problem = problemOf(tryParseJson(line), check);
      if (problem !== undefined) throw cannot(`line ${number}: ${problem}`);
    }
    if (name === "train.jsonl") lines = number;
    hash.update("\0");
  }
  if (lines === 0) {
    throw new AgentOpError(`Cannot train on ${folder}: train.jsonl is empty`, {
      remedy: "agentop export finetune",
    });
  }
  return { folder, hash: hash.digest("hex"), lines };
}

function problemOf(value: unknown, check: SchemaCheck): string | undefined {
  try {
    return isLine(value) ? lineProblem(value, check) : "no line of training data";
  } catch {
    return "no line of training data"; // a message or a call of another form
  }
}

async function* linesOf(path: string): AsyncGenerator<string> {
  const file = await Deno.open(path);
  let rest = "";
  for await (const piece of file.readable.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + piece).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
  if (rest !== "") yield rest;
}

/** It has the form of a line; what is in it is the validator's to say. */
function isLine(value: unknown): value is TrainingLine {
  if (value === null || typeof value !== "object") return false;
  const line = value as Record<string, unknown>;
  const lists = "messages" in line ? ["messages"] : ["prompt", "chosen", "rejected"];
  return lists.every((key) => Array.isArray(line[key]) && line[key].every(isMessage)) &&
    (line.tools === undefined || Array.isArray(line.tools));
}

function isMessage(value: unknown): boolean {
  return value !== null && typeof value === "object" && "role" in value &&
    ["system", "user", "assistant", "tool"].includes(String(value.role));
}
