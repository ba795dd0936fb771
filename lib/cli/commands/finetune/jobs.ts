import { join } from "node:path";
import { loadFinetune, type Template, type TrainingJob } from "../../../app/mod.ts";
import { AgentOpError, escapeText, reasonOf, type RedactedStream, shortRunId } from "../../../core/mod.ts";
import { age, type Cell, cell, type Column, plural, table } from "../../../present/mod.ts";
import { type Context, writeAll } from "../../context.ts";
import { lookOf, type Style } from "../../output/look.ts";
import { abortOnSignals } from "../../process/signals.ts";

/** Of a log that is shown beside other things. */
const TAIL_BYTES = 4_000;
const CHUNK_BYTES = 65_536;
const FOLLOW_EVERY_MS = 300;

const COLUMNS: readonly Column[] = [
  { title: "ID" },
  { title: "MODEL", min: 8 },
  { title: "STATUS" },
  { title: "LINES", align: "right" },
  { title: "TRIES", align: "right" },
  { title: "GATE" },
  { title: "AGE", align: "right" },
  { title: "SERVER", min: 8, drop: 1 },
];

/** Writes a template where nothing of its name is. */
export async function init(
  context: Context,
  { template = "trl", out = "." }: {
    readonly template?: Template | undefined;
    readonly out?: string | undefined;
  },
): Promise<number> {
  const { templateFiles } = await loadFinetune();
  const files: { path: string; action: "wrote" | "kept" }[] = [];
  for (const [name, text] of Object.entries(templateFiles(template))) {
    const path = join(out, name);
    try {
      await Deno.mkdir(out, { recursive: true });
      await Deno.writeTextFile(path, text, { createNew: true });
      files.push({ path, action: "wrote" });
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AlreadyExists)) {
        throw new AgentOpError(`Cannot write ${path}: ${reasonOf(cause)}`, { remedy: "--out FOLDER", cause });
      }
      files.push({ path, action: "kept" });
    }
  }
  if (context.json) {
    context.printJson(files);
    return 0;
  }
  for (const { path, action } of files) context.print(`${action}  ${cell(path)}`);
  context.print(
    `\nTry next:\n  agentop export finetune --against none --out data    # without --against none: not what suites in evals/ ask\n  agentop finetune run --config ${
      cell(join(out, "finetune.yaml"))
    } --data data --allow-commands`,
  );
  return 0;
}

export async function listJobs(context: Context): Promise<number> {
  const { TrainingJobs } = await loadFinetune();
  const jobs = await new TrainingJobs(context.app.config.home, context.app.redactor).list();
  if (context.json) {
    context.printJson(jobs);
    return 0;
  }
  if (jobs.length === 0) {
    context.print("Nothing was trained yet. Try: agentop finetune init");
    return 0;
  }
  const now = context.host.now();
  const rows = jobs.map((job): readonly Cell<Style>[] => [
    { text: shortRunId(job.jobId), style: "cyan" },
    { text: cell(job.model) },
    { text: cell(job.status) },
    { text: String(job.data.lines) },
    { text: String(job.attempts.length) },
    { text: cell(job.verdict ?? "") },
    { text: age(Date.parse(job.attempts[0]?.startedAt ?? ""), now), style: "dim" },
    { text: cell(job.serverUrl ?? ""), style: "dim" },
  ]);
  context.print(table(COLUMNS, rows, lookOf(context)));
  return 0;
}

/** What is known of a training and the end of its log, or all of that. */
export async function showJob(
  context: Context,
  reference: string,
  flags: { readonly log?: true | undefined; readonly follow?: true | undefined },
): Promise<number> {
  const { TrainingJobs } = await loadFinetune();
  const jobs = new TrainingJobs(context.app.config.home, context.app.redactor);
  const job = await jobs.resolve(reference);
  if (context.json) {
    context.printJson({ ...job, log: jobs.logOf(job.jobId), output: jobs.outputOf(job.jobId) });
    return 0;
  }
  if (!flags.log) printJob(context, job, jobs.outputOf(job.jobId));
  const path = jobs.logOf(job.jobId);
  let at = flags.log ? 0 : Math.max(0, await sizeOf(path) - TAIL_BYTES);
  const shown = context.app.redactor.stream();
  at = await printFrom(path, at, shown);
  if (flags.follow) {
    using stop = abortOnSignals();
    while (!stop.signal.aborted && await jobs.isHeld(job.jobId)) {
      await context.host.sleep(FOLLOW_EVERY_MS, stop.signal).catch(() => {});
      at = await printFrom(path, at, shown);
    }
    await printFrom(path, at, shown);
  }
  writeAll(Deno.stdout, escapeText(shown.end(), { multiline: true }));
  return 0;
}

function printJob(context: Context, job: TrainingJob, output: string): void {
  const { jobId, model, base, status, command, folder, data, serverUrl, suite, experimentId, verdict } = job;
  const { exitCode } = job.attempts.at(-1) ?? {};
  const lines: readonly (readonly [string, string | undefined])[] = [
    ["training", jobId],
    ["model", base === undefined ? model : `${model}, from ${base}`],
    [
      "status",
      `${status}${exitCode ? `, exit code ${exitCode}` : ""}, ${plural(job.attempts.length, "attempt")}`,
    ],
    ["command", command.trim()],
    ["folder", folder],
    ["data", `${data.folder}, ${plural(data.lines, "line")}`],
    ["output", output],
    ["server", serverUrl],
    ["suite", suite],
    ["experiment", experimentId && `${shortRunId(experimentId)}, gate ${verdict}`],
  ];
  for (const [name, text] of lines) {
    if (text !== undefined) context.print(`${name.padEnd(10)} ${escapeText(text, { multiline: true })}`);
  }
  context.print("");
}

/** Prints a log from a byte on, but for secrets: it may be older than they are known. Gives the byte after the last. */
async function printFrom(path: string, from: number, shown: RedactedStream): Promise<number> {
  const file = await Deno.open(path).catch(() => undefined);
  if (!file) return from;
  using log = file;
  await log.seek(from, Deno.SeekMode.Start);
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(CHUNK_BYTES);
  let at = from;
  for (let read = await log.read(buffer); read; read = await log.read(buffer)) {
    at += read;
    const text = decoder.decode(buffer.subarray(0, read), { stream: true }).replace(/\r\n?/g, "\n");
    writeAll(Deno.stdout, escapeText(shown.push(text), { multiline: true }));
  }
  return at;
}

async function sizeOf(path: string): Promise<number> {
  return (await Deno.stat(path).catch(() => undefined))?.size ?? 0;
}

export async function stopJob(context: Context, reference: string): Promise<number> {
  const { TrainingJobs } = await loadFinetune();
  const jobs = new TrainingJobs(context.app.config.home, context.app.redactor);
  const { jobId, model, status } = await jobs.resolve(reference);
  if (status !== "running") {
    throw new AgentOpError(`Cannot stop the training of ${model}: it is ${status}`, {
      remedy: `agentop finetune show ${shortRunId(jobId)}`,
    });
  }
  await jobs.requestStop(jobId);
  if (context.json) context.printJson({ jobId, asked: true });
  else context.print(`Asked ${cell(model)} to end. Try: agentop finetune show ${shortRunId(jobId)}`);
  return 0;
}

export async function listModels(context: Context): Promise<number> {
  const { registeredModels } = await loadFinetune();
  const models = [...(await registeredModels(context.app.config.home)).values()];
  if (context.json) context.printJson(models);
  else if (models.length === 0) {
    context.print("No models of your own. Try: agentop finetune run --server URL");
  } else for (const { name, serverUrl } of models) context.print(`${cell(name)}  ${cell(serverUrl)}`);
  return 0;
}

export async function forget(context: Context, name: string): Promise<number> {
  const { forgetModel } = await loadFinetune();
  await forgetModel(context.app.config.home, name);
  if (context.json) context.printJson({ name, forgotten: true });
  else context.print(`Forgot ${cell(name)}.`);
  return 0;
}
