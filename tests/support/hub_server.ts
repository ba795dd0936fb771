import { createHash } from "node:crypto";
import { parse } from "yaml";

export interface HubRepo {
  readonly isPrivate: boolean;
  readonly files: Map<string, Uint8Array>;
  readonly commits: { readonly title: string; readonly added: readonly string[] }[];
}

export interface HubServerOptions {
  readonly token?: string;
  readonly user?: string;
  /** Bytes of large files that there is room for. */
  readonly roomBytes?: number;
  /** Answers instead of the server; `undefined` lets the request through. */
  readonly fault?: (request: Request, count: number) => Response | Promise<Response> | undefined;
}

const LICENSES: ReadonlySet<string> = new Set(["other", "mit", "apache-2.0", "cc-by-4.0", "cc0-1.0"]);
const REGULAR_MAX_BYTES = 10 * 1024 * 1024;

const refuse = (status: number, error: string) => Response.json({ error }, { status });

/** The Hugging Face Hub as far as datasets go: it keeps what it gets, and refuses what the real one refuses. */
export class HubServer implements AsyncDisposable {
  readonly repos = new Map<string, HubRepo>();
  readonly url: string;
  requests = 0;
  uploads = 0;
  roomBytes: number;
  readonly #options: HubServerOptions;
  readonly #objects = new Map<string, Uint8Array>();
  readonly #expected = new Map<string, number>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(options: HubServerOptions = {}) {
    this.#options = options;
    this.roomBytes = options.roomBytes ?? Infinity;
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      (request) => this.#answer(request),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  text(repo: string, path: string): string {
    return new TextDecoder().decode(this.repos.get(repo)!.files.get(path));
  }

  async #answer(request: Request): Promise<Response> {
    this.requests++;
    const fault = await this.#options.fault?.(request, this.requests);
    if (fault) return fault;
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/storage/")) return await this.#store(request, pathname.slice(9));
    if (request.headers.get("authorization") !== `Bearer ${this.#options.token ?? "hf_token"}`) {
      return refuse(401, "Invalid username or password.");
    }
    const route = `${request.method} ${pathname}`;
    if (route === "GET /api/whoami-v2") {
      return Response.json({ type: "user", name: this.#options.user ?? "tester", orgs: [], auth: {} });
    }
    if (route === "POST /api/repos/create") return this.#create(await request.json());
    const [, repo, rest] = /^[A-Z]+ \/(?:api\/)?datasets\/([^/]+\/[^/]+?)(?:\.git)?(\/.*)$/.exec(route) ?? [];
    const found = this.repos.get(repo ?? "");
    if (!found) return refuse(404, "Repository not found");
    if (/^\/revision\/HEAD$/.test(rest!)) {
      return Response.json({
        _id: "1",
        id: repo,
        private: found.isPrivate,
        lastModified: "2026-01-01T00:00:00.000Z",
      });
    }
    if (rest!.startsWith("/raw/main/")) {
      const content = found.files.get(rest!.slice(10));
      return content ? new Response(content as BodyInit) : refuse(404, "Entry not found");
    }
    if (request.method !== "POST") return refuse(404, "no route");
    if (rest === "/preupload/main") return this.#preupload(await request.json());
    if (rest === "/info/lfs/objects/batch") return this.#batch(await request.json());
    if (rest === "/commit/main") return await this.#commit(found, request);
    return refuse(404, "no route");
  }

  #create({ name, organization, type, visibility, ...rest }: Any): Response {
    const others = Object.values(rest).filter((it) => it !== undefined);
    if (others.length > 0 || type !== "dataset") return refuse(400, "unknown fields");
    if (!["public", "private"].includes(visibility)) return refuse(400, "visibility");
    if (organization !== (this.#options.user ?? "tester")) return refuse(403, "You don't have the rights");
    const repo = `${organization}/${name}`;
    if (this.repos.has(repo)) return refuse(409, "You already created this dataset repo");
    const files = new Map([[".gitattributes", new TextEncoder().encode("*.parquet filter=lfs\n")]]);
    this.repos.set(repo, { isPrivate: visibility === "private", files, commits: [] });
    return Response.json({ url: `${this.url}/datasets/${repo}`, id: "1", name: repo });
  }

  #preupload({ files, ...rest }: Any): Response {
    if (Object.keys(rest).some((it) => it !== "gitAttributes")) return refuse(400, "unknown fields");
    return Response.json({
      files: files.map(({ path, size, sample }: Any) => {
        if (typeof sample !== "string" || !Number.isInteger(size)) throw new Error("sample and size");
        const isLarge = /\.parquet$/.test(path) || size > REGULAR_MAX_BYTES;
        return { path, uploadMode: isLarge ? "lfs" : "regular", shouldIgnore: false };
      }),
    });
  }

  #batch({ operation, hash_algo: sum, objects, transfers }: Any): Response {
    if (operation !== "upload" || sum !== "sha_256") return refuse(400, "operation");
    if (!transfers.includes("basic")) return refuse(400, "transfers");
    const fresh = objects.filter(({ oid }: Any) => !this.#objects.has(oid));
    const needs = fresh.reduce((bytes: number, { size }: Any) => bytes + size, 0);
    if (needs > this.roomBytes) {
      return refuse(403, "Private repository storage limit reached, please upgrade your plan");
    }
    return Response.json({
      transfer: "basic",
      objects: objects.map(({ oid, size }: Any) => {
        if (this.#objects.has(oid)) return { oid, size };
        this.#expected.set(oid, size);
        return { oid, size, actions: { upload: { href: `${this.url}/storage/${oid}`, header: {} } } };
      }),
    });
  }

  async #store(request: Request, oid: string): Promise<Response> {
    const content = await request.bytes().catch(() => undefined);
    if (!content) return refuse(400, "IncompleteBody");
    const size = this.#expected.get(oid);
    if (size === undefined || request.method !== "PUT") return refuse(403, "AccessDenied");
    if (request.headers.has("authorization")) return refuse(400, "one kind of signature");
    if (request.headers.get("content-length") !== String(size)) return refuse(411, "MissingContentLength");
    if (content.length !== size) return refuse(400, "EntityTooSmall");
    if (createHash("sha256").update(content).digest("hex") !== oid) return refuse(400, "BadDigest");
    this.#objects.set(oid, content);
    this.roomBytes -= size;
    this.uploads++;
    return new Response(null);
  }

  async #commit(repo: HubRepo, request: Request): Promise<Response> {
    if (request.headers.get("content-type") !== "application/x-ndjson") return refuse(400, "content type");
    const [header, ...operations] = (await request.text()).split("\n").map((line): Any => JSON.parse(line));
    if (header?.key !== "header" || !header.value.summary) return refuse(400, "no header");
    if (operations.length === 0) return refuse(400, "no operations");
    const files = new Map(repo.files);
    const added: string[] = [];
    for (const { key, value } of operations) {
      const { path } = value;
      if (typeof path !== "string" || /(^|\/)\.\.?(\/|$)|^\/|\\/.test(path)) return refuse(400, "bad path");
      if (key === "deletedFile") {
        if (!files.delete(path)) return refuse(404, `no file ${path}`);
        continue;
      }
      added.push(path);
      if (key === "file" && value.encoding === "base64") {
        files.set(path, Uint8Array.fromBase64(value.content));
      } else if (key === "lfsFile" && value.algo === "sha256") {
        const object = this.#objects.get(value.oid);
        if (!object || object.length !== value.size) return refuse(400, "lfs object is missing");
        files.set(path, object);
      } else return refuse(400, `unknown operation ${key}`);
    }
    const wrong = cardFault(files);
    if (wrong) return refuse(400, `Invalid metadata in README.md: ${wrong}`);
    repo.files.clear();
    for (const [path, content] of files) repo.files.set(path, content);
    repo.commits.push({ title: header.value.summary, added });
    const oid = createHash("sha1").update(String(this.requests)).digest("hex");
    return Response.json({
      success: true,
      commitOid: oid,
      commitUrl: `${this.url}/commit/${oid}`,
      hookOutput: "",
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** What the Hub says is wrong with a card; `undefined`: nothing. */
function cardFault(files: ReadonlyMap<string, Uint8Array>): string | undefined {
  const card = files.get("README.md");
  if (!card) return undefined;
  const front = /^---\n([^]*?)\n?---\n/.exec(new TextDecoder().decode(card))?.[1];
  if (front === undefined) return "no metadata";
  const data = parse(front);
  if (!LICENSES.has(data.license)) return `"license" must be one of …: ${data.license}`;
  if (data.license === "other" && !/^[a-z0-9-.]+$/.test(data.license_name ?? "")) {
    return '"license_name" is missing';
  }
  const names = new Set<string>();
  for (const { config_name: name, data_files: parts } of data.configs) {
    if (!/^[\w.-]+$/.test(name) || names.has(name)) return `"configs" has a bad name: ${name}`;
    names.add(name);
    for (const { path } of parts) {
      const pattern = new RegExp(`^${RegExp.escape(path).replaceAll("\\*", "[^/]*")}$`);
      if (![...files.keys()].some((it) => pattern.test(it))) return `no file is at ${path}`;
    }
  }
  for (const { name, results } of data["model-index"] ?? []) {
    if (!name || results.length === 0) return '"model-index" has no results';
    for (const { task, dataset, metrics } of results) {
      if (!task?.type || !dataset?.type || !dataset.name || metrics.length === 0) {
        return '"model-index[0].results"';
      }
      if (metrics.some((it: Any) => !it.type || typeof it.value !== "number")) return '"metrics"';
    }
  }
  return undefined;
}

// deno-lint-ignore no-explicit-any
type Any = any;
