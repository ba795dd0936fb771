import { dirname, isAbsolute, join } from "node:path";
import { z } from "zod";
import { parseCheckedYaml, readTextFile } from "../../schema/mod.ts";

const FILE_MAX_BYTES = 100_000;
const text = z.string().min(1);

const trainingFile = z.strictObject({
  model: text.optional(),
  base: text.optional(),
  command: text.optional(),
  data: text.optional(),
  server: text.optional(),
  suite: text.optional(),
});

/** What a file says of a training; paths are from this process's folder. */
export interface TrainingFile {
  readonly model?: string | undefined;
  readonly base?: string | undefined;
  readonly command?: string | undefined;
  readonly data?: string | undefined;
  readonly server?: string | undefined;
  readonly suite?: string | undefined;
  /** The file's: where its command starts. */
  readonly folder: string;
}

/** Reads a training's settings, YAML or JSON. Throws an `AgentOpError` of one line with file and line. */
export async function loadTrainingFile(path: string): Promise<TrainingFile> {
  const written = await readTextFile(path, { maxBytes: FILE_MAX_BYTES, ifMissing: "agentop finetune init" });
  const { data } = await parseCheckedYaml(written, path, trainingFile, {
    example: "model: my-model, with a command, as agentop finetune init writes it",
  });
  const folder = dirname(path);
  return {
    ...data,
    folder,
    ...(data.data === undefined ? {} : { data: isAbsolute(data.data) ? data.data : join(folder, data.data) }),
  };
}
