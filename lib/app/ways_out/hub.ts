import { pathToFileURL } from "node:url";
import { z } from "zod";
import { AgentOpError, messageOf, oneLine, tryParseJson } from "../../core/mod.ts";
import { loadHuggingface } from "../../exporters/mod.ts";
import type { App } from "../app.ts";
import { checkedServer, HttpOut } from "./http_out.ts";

const HUB_URL = "https://huggingface.co";

/** A file to put into a repository: one of this machine, or a text. */
export interface HubFile {
  readonly path: string;
  readonly content: { readonly file: string } | { readonly text: string };
}

export interface HubOptions {
  readonly signal: AbortSignal;
  /** For one attempt of one request; ms. */
  readonly timeoutMs?: number;
}

/** The Hub that is meant. Throws `AgentOpError` for one that must not be. */
export const hubUrlOf = ({ config: { secrets } }: App) =>
  checkedServer(secrets.HF_ENDPOINT ?? HUB_URL, "huggingface", "HF_ENDPOINT");

/** Datasets of the Hub, through its own library. Throws `AgentOpError` that says what to set. */
export class Hub {
  readonly url: string;
  readonly #token: string;
  readonly #out: HttpOut;
  readonly #signal: AbortSignal;

  constructor(app: App, { signal, timeoutMs }: HubOptions) {
    const { HF_TOKEN } = app.config.secrets;
    const token = HF_TOKEN?.trim();
    const remedy = "a token that may write, from https://huggingface.co/settings/tokens, in HF_TOKEN";
    if (token === undefined) {
      throw new AgentOpError("Cannot export huggingface: HF_TOKEN is not set", { remedy });
    }
    if (!token.startsWith("hf_")) {
      throw new AgentOpError(
        "Cannot export huggingface: HF_TOKEN is no token of the Hub: it must begin with hf_",
        {
          remedy,
        },
      );
    }
    this.url = hubUrlOf(app);
    this.#token = token;
    this.#signal = signal;
    this.#out = new HttpOut({
      host: app.host,
      what: "huggingface",
      signal,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  }

  get #call() {
    return { accessToken: this.#token, hubUrl: this.url, fetch: this.#out.fetch as typeof fetch };
  }

  /** `name/dataset`; the name of the token's owner unless there is one. */
  async fullName(repo: string): Promise<string> {
    if (repo.includes("/")) return repo;
    const { whoAmI } = await import("@huggingface/hub");
    const { name } = await this.#asked(() => whoAmI(this.#call));
    return `${name}/${repo}`;
  }

  /** Whether only some may see it; `undefined` where there is no such dataset. */
  async isPrivate(repo: string): Promise<boolean | undefined> {
    const { datasetInfo, HubApiError } = await import("@huggingface/hub");
    return await this.#asked(async () => {
      try {
        return (await datasetInfo({ ...this.#call, name: repo })).private;
      } catch (error) {
        if (error instanceof HubApiError && error.statusCode === 404) return undefined;
        throw error;
      }
    });
  }

  async create(repo: string, visibility: "public" | "private"): Promise<void> {
    const { createRepo } = await import("@huggingface/hub");
    await this.#asked(() => createRepo({ ...this.#call, repo: { type: "dataset", name: repo }, visibility }));
  }

  /** A text file of the dataset; `undefined` where there is none. */
  async readText(repo: string, path: string): Promise<string | undefined> {
    const response = await this.#out.fetch(`${this.url}/datasets/${repo}/raw/main/${path}`, {
      headers: { authorization: `Bearer ${this.#token}` },
    });
    if (response.status === 404) return undefined;
    if (response.ok) return await response.text();
    throw this.#refusal(response.status, said(errorIn(await response.text())));
  }

  /** All of it or nothing. What was uploaded before is not uploaded again. */
  async commit(
    repo: string,
    title: string,
    files: readonly HubFile[],
    deleted: readonly string[] = [],
  ): Promise<void> {
    const { commit } = await import("@huggingface/hub");
    const failure = Promise.withResolvers<never>();
    await this.#asked(() =>
      Promise.race([
        failure.promise,
        commit({
          ...this.#call,
          fetch: this.#untilFailure((error) => failure.reject(error)) as typeof fetch,
          repo: { type: "dataset", name: repo },
          title,
          operations: [
            ...files.map(({ path, content }) => ({
              operation: "addOrUpdate" as const,
              path,
              content: "file" in content ? pathToFileURL(content.file) : new Blob([content.text]),
            })),
            ...deleted.map((path) => ({ operation: "delete" as const, path })),
          ],
          // Its chunks need WebAssembly, which saves nothing for files that are written anew.
          useXet: false,
        }),
      ])
    );
  }

  /**
   * Requests of a commit. Of several uploads at once, one that fails would be a rejection in the library that nobody waits for, and end
   * the process: so it is told here, and the library hears no more.
   */
  #untilFailure(fail: (error: unknown) => void): HttpOut["fetch"] {
    let isOver = false;
    return async (input, init) => {
      if (!isOver) {
        try {
          const response = await this.#out.fetch(input, init);
          const text = response.ok && String(input).endsWith("/objects/batch")
            ? await response.text()
            : undefined;
          const refused = response.ok
            ? refusedObject(text)
            : { status: response.status, error: await response.text() };
          if (!refused) return text === undefined ? response : new Response(text, response);
          fail(this.#refusal(refused.status, said(errorIn(refused.error))));
        } catch (error) {
          fail(error);
        }
        isOver = true;
      }
      return await new Promise<never>(() => {});
    };
  }

  /** What the library throws, in this program's words. */
  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    const { HubApiError } = await import("@huggingface/hub");
    try {
      return await ask();
    } catch (error) {
      this.#signal.throwIfAborted();
      if (error instanceof AgentOpError) throw error;
      if (error instanceof HubApiError) {
        throw this.#refusal(error.statusCode, said(String(error.data?.error ?? error.message)));
      }
      throw new AgentOpError(`Cannot export huggingface: ${said(messageOf(error))}`, {
        exitCode: 1,
        cause: error,
      });
    }
  }

  #refusal(status: number, words: string): AgentOpError {
    const it = `${this.url} answered ${status}${words === "" ? "" : `: ${words}`}`;
    if (status === 401) {
      return new AgentOpError(
        `Cannot export huggingface: ${this.url} refuses the token of HF_TOKEN: ${words || 401}`,
        {
          remedy: "a token that may write, from https://huggingface.co/settings/tokens, in HF_TOKEN",
          exitCode: 1,
        },
      );
    }
    if (/quota|storage/i.test(words) || status === 402 || status === 413 || status === 507) {
      return new HubFullError(it);
    }
    return new AgentOpError(`Cannot export huggingface: ${it}`, {
      remedy: status === 403 || status === 404
        ? "--repo NAME/DATASET that the token of HF_TOKEN may write to"
        : "the same again: what is there is not sent twice",
      exitCode: 1,
    });
  }
}

/** The Hub has no room left for whose dataset it is. */
export class HubFullError extends AgentOpError {
  /** The Hub's. */
  readonly words: string;

  constructor(words: string) {
    super(`Cannot export huggingface: ${words}`, { exitCode: 1 });
    this.words = words;
  }
}

/** What the dataset says it is made of; `undefined` where it does not. */
export async function hubIndex(hub: Hub, repo: string) {
  const { INDEX_PATH, readIndex } = await loadHuggingface();
  const text = await hub.readText(repo, INDEX_PATH);
  return text === undefined ? undefined : readIndex(tryParseJson(text));
}

const batch = z.object({
  objects: z.array(z.object({ error: z.object({ code: z.int(), message: z.string() }).optional() })),
});

/** Why a large file may not be uploaded, which stands in an answer that is otherwise good. */
function refusedObject(text: string | undefined) {
  if (text === undefined) return undefined;
  const error = batch.safeParse(tryParseJson(text)).data?.objects.find((it) => it.error)?.error;
  return error && { status: error.code, error: error.message };
}

/** The words of an answer, which are in JSON or plain. */
const errorIn = (text: string): string =>
  z.object({ error: z.string() }).safeParse(tryParseJson(text)).data?.error ?? text;

const said = (text: string) => oneLine(text.replace(/[^\x20-\x7e]+/g, " ").trim(), 300).replace(/\.+$/, "");
