import { basename } from "node:path";
import { AgentOpError } from "../../core/mod.ts";
import { FILE_MAX_BYTES, type UploadedFile, uploadTrainingFile } from "../../providers/mod.ts";
import type { App } from "../app.ts";
import type { FinetuneReport } from "./export_finetune.ts";

/** What people must know before they look for a training job there. */
export const JOBS_RETIRED =
  "Mistral's hosted fine-tuning jobs were retired (their routes answer 410): the file is kept there, and nothing trains on it";

/** Says why a folder of this format cannot be sent; before anything is written. Throws `AgentOpError`. */
export function checkUpload(app: App, { format }: Pick<FinetuneReport, "format">): void {
  if (format === "dpo") {
    throw new AgentOpError("Cannot upload pairs: the files API takes conversations", {
      remedy: "--format sft",
    });
  }
  if (!app.config.endpoint) {
    throw new AgentOpError("Cannot upload training data: no server is named", {
      remedy: "MISTRAL_API_KEY=KEY, or MISTRAL_SERVER_URL=URL",
    });
  }
}

/** Sends the files of an export to the files API of the model server. Throws `AgentOpError`, and `ProviderError` of the server. */
export async function uploadFinetune(
  app: App,
  report: FinetuneReport,
  signal: AbortSignal,
): Promise<readonly UploadedFile[]> {
  checkUpload(app, report);
  const uploaded: UploadedFile[] = [];
  for (const { path, lines, bytes } of [report.train, report.validation]) {
    if (lines === 0) continue;
    if (bytes > FILE_MAX_BYTES) {
      throw new AgentOpError(`Cannot upload ${path}: it is larger than 512 MB`, {
        remedy: "--since 30d, or fewer runs",
      });
    }
    const file = { name: basename(path), content: await Deno.readFile(path) };
    uploaded.push(await uploadTrainingFile(app.config.endpoint!, file, { host: app.host, signal }));
  }
  return uploaded;
}
