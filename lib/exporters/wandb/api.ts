import { Buffer } from "node:buffer";
import { z } from "zod";
import { AgentOpError, isObject, oneLine, tryParseJson } from "../../core/mod.ts";

/** How a request leaves: bounded in time and answer and tried again where that helps. Gives whatever the server says in the end. */
export type Send = (
  url: string,
  init: {
    readonly method: "POST" | "PUT";
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | Uint8Array<ArrayBuffer>;
  },
) => Promise<Response>;

/** W&B took everything but this. What it says is about one run, so that others may go on. */
export class WandbRefusal extends AgentOpError {}

const KEY_REMEDY = "a key from https://wandb.ai/authorize in WANDB_API_KEY, or of your own server";

/** The answer to a question about the key: who it belongs to. */
const VIEWER = "query Viewer { viewer { id entity } }";

/** Both at once: what is done in one question is done one after the other. */
const UPSERT =
  `mutation UpsertBucket($name: String!, $project: String!, $entity: String!, $groupName: String, $displayName: String,
    $config: JSONString, $jobType: String, $tags: [String!], $summaryMetrics: JSONString, $files: [String!]!,
    $hasFiles: Boolean!) {
  upsertBucket(input: { name: $name, modelName: $project, entityName: $entity, groupName: $groupName,
    displayName: $displayName, config: $config, jobType: $jobType, tags: $tags, summaryMetrics: $summaryMetrics }) {
    bucket { id name project { name entity { name } } }
    inserted
  }
  createRunFiles(input: { entityName: $entity, projectName: $project, runName: $name, files: $files })
    @include(if: $hasFiles) {
    runID uploadHeaders files { name uploadUrl }
  }
}`;

/** The whole answer to a question, of what is asked for in it. Made once for each: making one takes longer than reading with it. */
export const answerOf = <S extends z.ZodRawShape>(data: S) => z.object({ data: z.object(data) });

const viewer = answerOf({ viewer: z.object({ entity: z.string().nullish() }).nullable() });
const upserted = answerOf({
  upsertBucket: z.object({
    bucket: z.object({
      name: z.string(),
      project: z.object({ name: z.string(), entity: z.object({ name: z.string() }) }),
    }),
  }),
  createRunFiles: z.object({
    uploadHeaders: z.array(z.string()).nullish(),
    files: z.array(z.object({ name: z.string(), uploadUrl: z.string().nullable() })),
  }).optional(),
});

/** Where a run is: the names by which W&B knows it. */
export interface RunPlace {
  readonly entity: string;
  readonly project: string;
  readonly run: string;
}

/** A file beside a run. */
export interface RunFile {
  readonly path: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** What `upsertBucket` is told of a run. */
export interface RunFacts {
  readonly displayName: string;
  readonly groupName?: string;
  readonly jobType: string;
  readonly tags: readonly string[];
  readonly config: Readonly<Record<string, unknown>>;
  readonly summary: Readonly<Record<string, unknown>>;
}

/** A file on its way: the same content always has the same sums. */
export interface Upload {
  readonly url: string;
  /** `Name:value`, as the server wants them with the content. */
  readonly headers: readonly string[];
}

export interface WandbOptions {
  readonly baseUrl: string;
  readonly key: string;
  readonly send: Send;
}

/**
 * The HTTP calls that W&B's own clients make; none of them is documented. GraphQL for runs, files and artifacts, JSON lines for
 * history and summary, and uploads to addresses that it hands out. Throws `AgentOpError`; `WandbRefusal` where it is about one run.
 */
export class WandbApi {
  readonly baseUrl: string;
  readonly #send: Send;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ baseUrl, key, send }: WandbOptions) {
    this.baseUrl = baseUrl.replace(/\/+$/, "");
    this.#send = send;
    this.#headers = {
      authorization: `Basic ${Buffer.from(`api:${key}`).toString("base64")}`,
      "content-type": "application/json",
      "user-agent": "agentop-studio",
    };
  }

  /** Whose runs these will be, where nobody is named. It is also how a key that is none is found out before anything is sent. */
  async defaultEntity(): Promise<string> {
    const { viewer: found } = await this.ask(viewer, VIEWER, {});
    if (found === null) throw this.#refusedKey("it does not know the key");
    if (found.entity) return found.entity;
    throw new AgentOpError("Cannot export wandb: the key has no default entity", {
      remedy: "WANDB_ENTITY=NAME",
    });
  }

  /** Makes the run, or writes over what is known of it; files beside it go over those of the same name. */
  async upsertRun(place: RunPlace, facts: RunFacts, files: readonly RunFile[] = []): Promise<RunPlace> {
    const { summary, config, ...rest } = facts;
    const { upsertBucket: { bucket }, createRunFiles } = await this.ask(upserted, UPSERT, {
      ...rest,
      name: place.run,
      project: place.project,
      entity: place.entity,
      config: JSON.stringify(config),
      summaryMetrics: JSON.stringify(summary),
      files: files.map(({ path }) => path),
      hasFiles: files.length > 0,
    });
    for (const { path, content } of files) {
      const url = createRunFiles?.files.find((it) => it.name === path)?.uploadUrl;
      if (!url) throw new WandbRefusal(`Cannot export wandb: no address to upload ${oneLine(path, 80)} to`);
      await this.put({ url, headers: createRunFiles.uploadHeaders ?? [] }, content);
    }
    return { entity: bucket.project.entity.name, project: bucket.project.name, run: bucket.name };
  }

  /** Lines of the run's files, each from its offset on: what stood there is written over. */
  async fileStream(place: RunPlace, body: FileStream): Promise<void> {
    const path = [place.entity, place.project, place.run].map(encodeURIComponent).join("/");
    await this.#post(`/files/${path}/file_stream`, JSON.stringify(body));
  }

  /** To where the server said; the key goes along to the server itself alone. */
  async put({ url, headers }: Upload, content: Uint8Array<ArrayBuffer>): Promise<void> {
    const isOwn = url.startsWith("/");
    const response = await this.#send(isOwn ? this.baseUrl + url : url, {
      method: "PUT",
      headers: {
        ...(isOwn ? { authorization: this.#headers.authorization! } : {}),
        ...Object.fromEntries(headers.map((it) => {
          const at = it.indexOf(":");
          return [it.slice(0, at).trim().toLowerCase(), it.slice(at + 1).trim()];
        })),
      },
      body: content,
    });
    if (!response.ok) throw await this.#refusal(response, "the upload");
  }

  /** A question or mutation; the answer is checked. */
  async ask<T>(
    shape: z.ZodType<{ readonly data: T }>,
    query: string,
    variables: Readonly<Record<string, unknown>>,
  ): Promise<T> {
    const answer = tryParseJson(await this.#post("/graphql", JSON.stringify({ query, variables })));
    if (isObject(answer) && answer.errors != null) {
      const words = graphqlErrors.safeParse(answer).data?.errors[0]?.message ?? "it does not say why";
      throw new WandbRefusal(`Cannot export wandb: it says: ${said(words)}`, { exitCode: 1 });
    }
    const parsed = shape.safeParse(answer);
    if (parsed.success) return parsed.data.data;
    throw new AgentOpError(`Cannot export wandb: ${this.baseUrl} gave an answer of unknown form`, {
      remedy: "WANDB_BASE_URL, which must be the address of a W&B server's API",
      exitCode: 1,
    });
  }

  async #post(path: string, body: string): Promise<string> {
    const response = await this.#send(this.baseUrl + path, { method: "POST", headers: this.#headers, body });
    if (!response.ok) throw await this.#refusal(response, path.split("/").at(-1)!);
    return await response.text();
  }

  async #refusal(response: Response, what: string): Promise<AgentOpError> {
    const text = said(await response.text());
    const { status } = response;
    if (status === 401) return this.#refusedKey(`it answered 401${text === "" ? "" : `: ${text}`}`);
    const reason = `Cannot export wandb: ${what} was answered ${status}${text === "" ? "" : `: ${text}`}`;
    if (status === 403 || status === 404) {
      return new AgentOpError(reason, {
        remedy: "WANDB_ENTITY and WANDB_PROJECT, which the key of WANDB_API_KEY must be allowed to write to",
        exitCode: 1,
      });
    }
    if (status >= 300 && status < 400) {
      return new AgentOpError(`Cannot export wandb: ${this.baseUrl} redirects elsewhere`, {
        remedy: "WANDB_BASE_URL, which must be where the API itself is",
        exitCode: 1,
      });
    }
    return new WandbRefusal(reason, { exitCode: 1 });
  }

  #refusedKey(why: string): AgentOpError {
    return new AgentOpError(`Cannot export wandb: ${this.baseUrl} refuses the key of WANDB_API_KEY: ${why}`, {
      remedy: KEY_REMEDY,
      exitCode: 1,
    });
  }
}

/** What `file_stream` takes. */
export interface FileStream {
  readonly files?: Readonly<
    Record<string, { readonly offset: number; readonly content: readonly string[] }>
  >;
  readonly uploaded?: readonly string[];
  readonly complete?: boolean;
  readonly exitcode?: number;
}

const graphqlErrors = z.object({ errors: z.array(z.object({ message: z.string() })).min(1) });

const said = (text: string) => oneLine(text.replace(/[^\x20-\x7e]+/g, " ").trim(), 300).replace(/\.+$/, "");
