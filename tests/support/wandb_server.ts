import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { buildSchema, graphql, GraphQLError } from "graphql";

/** What the routes take, as the clients of W&B use it. What is not here is refused, as a real server refuses it. */
const SCHEMA = buildSchema(`
  scalar JSONString
  type Query { viewer: User }
  type User { id: ID! entity: String }
  type Entity { id: ID! name: String! }
  type Project { id: ID! name: String! entity: Entity! }
  type Run { id: ID! name: String! displayName: String historyLineCount: Int project: Project! }
  input UpsertBucketInput { id: String name: String modelName: String entityName: String groupName: String
    displayName: String config: JSONString jobType: String tags: [String!] summaryMetrics: JSONString state: String }
  type UpsertBucketPayload { bucket: Run! inserted: Boolean }
  input CreateRunFilesInput { entityName: String! projectName: String! runName: String! files: [String!]! }
  type RunFile { name: String! uploadUrl: String }
  type CreateRunFilesPayload { runID: ID! uploadHeaders: [String!]! files: [RunFile!]! }
  enum ArtifactDigestAlgorithm { MANIFEST_MD5 }
  enum ArtifactManifestType { FULL PATCH INCREMENTAL }
  enum ArtifactStorageLayout { V1 V2 }
  enum ArtifactState { PENDING COMMITTED DELETED }
  input ArtifactAliasInput { artifactCollectionName: String! alias: String! }
  input CreateArtifactInput { entityName: String! projectName: String! artifactTypeName: String! artifactCollectionName: String!
    runName: String digest: String! digestAlgorithm: ArtifactDigestAlgorithm! description: String aliases: [ArtifactAliasInput!]
    metadata: JSONString enableDigestDeduplication: Boolean clientID: ID! sequenceClientID: ID! artifactCollectionNames: [String!]
    clientMutationId: String distributedID: String historyStep: Int labels: JSONString storageRegion: String ttlDurationSeconds: Int }
  type ArtifactSequence { id: ID! latestArtifact: Artifact }
  type Artifact { id: ID! state: ArtifactState! digest: String! artifactSequence: ArtifactSequence! }
  type CreateArtifactPayload { artifact: Artifact! }
  input CreateArtifactManifestInput { artifactID: ID! baseArtifactID: ID name: String! digest: String! entityName: String!
    projectName: String! runName: String! type: ArtifactManifestType! }
  type UploadUrlPart { partNumber: Int! uploadUrl: String! }
  type UploadMultipartUrls { uploadID: String! uploadUrlParts: [UploadUrlPart!]! }
  type File { id: ID! storagePath: String uploadUrl: String uploadHeaders: [String!] artifact: Artifact
    uploadMultipartUrls: UploadMultipartUrls }
  type ArtifactManifest { id: ID! file: File! }
  type CreateArtifactManifestPayload { artifactManifest: ArtifactManifest! }
  input UploadPartsInput { partNumber: Int! hexMD5: String! }
  input CreateArtifactFileSpecInput { artifactID: ID! name: String! md5: String! artifactManifestID: ID mimetype: String
    uploadPartsInput: [UploadPartsInput!] }
  input CreateArtifactFilesInput { artifactFiles: [CreateArtifactFileSpecInput!]! storageLayout: ArtifactStorageLayout!
    clientMutationId: String cloudRegionID: String }
  type FileEdge { node: File! }
  type FileConnection { edges: [FileEdge!]! }
  type CreateArtifactFilesPayload { files: FileConnection! }
  input CommitArtifactInput { artifactID: ID! }
  type CommitArtifactPayload { artifact: Artifact! }
  input UseArtifactInput { artifactID: ID! entityName: String! projectName: String! runName: String! }
  type UseArtifactPayload { artifact: Artifact! }
  type Mutation {
    upsertBucket(input: UpsertBucketInput!): UpsertBucketPayload
    createRunFiles(input: CreateRunFilesInput!): CreateRunFilesPayload
    createArtifact(input: CreateArtifactInput!): CreateArtifactPayload
    createArtifactManifest(input: CreateArtifactManifestInput!): CreateArtifactManifestPayload
    createArtifactFiles(input: CreateArtifactFilesInput!): CreateArtifactFilesPayload
    commitArtifact(input: CommitArtifactInput!): CommitArtifactPayload
    useArtifact(input: UseArtifactInput!): UseArtifactPayload
  }
`);

export interface StoredRun {
  readonly id: string;
  displayName?: string;
  groupName?: string;
  tags?: readonly string[];
  config?: Record<string, { readonly value: unknown }>;
  history: string[];
  summary?: Record<string, unknown>;
  readonly files: Map<string, Uint8Array>;
  readonly uses: Set<string>;
  exitcode?: number;
}

export interface StoredArtifact {
  readonly id: string;
  readonly collection: string;
  readonly type: string;
  readonly digest: string;
  readonly runName: string | undefined;
  state: "PENDING" | "COMMITTED";
  readonly files: Map<string, { readonly md5: string; content?: Uint8Array }>;
  manifest?: { readonly digest: string; content?: Uint8Array };
}

interface Slot {
  readonly md5?: string;
  take(content: Uint8Array): void;
}

export interface WandbServerOptions {
  readonly key?: string;
  readonly entity?: string;
  /** Answers instead of the server, or throws; `undefined` lets the request through. */
  readonly fault?: (request: Request, count: number) => Response | Promise<Response> | undefined;
  readonly port?: number;
}

const md5 = (content: Uint8Array | string) => createHash("md5").update(content).digest();
const refuse = (message: string): never => {
  throw new GraphQLError(message);
};

/** Weights & Biases as far as runs, their files and artifacts go: it keeps what it gets, and refuses what a real one refuses. */
export class WandbServer implements AsyncDisposable {
  readonly runs = new Map<string, StoredRun>();
  readonly artifacts: StoredArtifact[] = [];
  readonly url: string;
  requests = 0;
  readonly #options: WandbServerOptions;
  readonly #slots = new Map<string, Slot>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #ids = 0;

  constructor(options: WandbServerOptions = {}) {
    this.#options = options;
    this.#server = Deno.serve(
      { port: options.port ?? 0, hostname: "127.0.0.1", onListen: () => {} },
      (request) => this.#answer(request),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Versions that people see. */
  committed(type?: string): readonly StoredArtifact[] {
    return this.artifacts.filter((it) =>
      it.state === "COMMITTED" && (type === undefined || it.type === type)
    );
  }

  async #answer(request: Request): Promise<Response> {
    this.requests++;
    const fault = await this.#options.fault?.(request, this.requests);
    if (fault) return fault;
    const { pathname } = new URL(request.url);
    if (request.method === "PUT") return await this.#store(request, pathname);
    const expected = `Basic ${Buffer.from(`api:${this.#options.key ?? "key"}`).toString("base64")}`;
    if (request.headers.get("authorization") !== expected) {
      return Response.json({ errors: [{ message: "user is not logged in" }] }, { status: 401 });
    }
    if (request.method !== "POST") return new Response("method", { status: 405 });
    if (pathname === "/graphql") return await this.#graphql(request);
    const stream = /^\/files\/([^/]+)\/([^/]+)\/([^/]+)\/file_stream$/.exec(pathname);
    return stream
      ? this.#fileStream(stream[3]!, await request.json())
      : new Response("no route", { status: 404 });
  }

  async #graphql(request: Request): Promise<Response> {
    const { query, variables, ...rest } = await request.json();
    if (Object.keys(rest).some((it) => it !== "operationName")) {
      return new Response("fields", { status: 400 });
    }
    const declared = [...String(query).split("{")[0]!.matchAll(/\$(\w+):/g)].map(([, name]) => name);
    const unknown = Object.keys(variables).filter((it) => !declared.includes(it));
    if (unknown.length > 0) {
      return Response.json({ errors: [{ message: `unknown variables ${unknown}` }] }, { status: 400 });
    }
    const result = await graphql({
      schema: SCHEMA,
      source: query,
      variableValues: variables,
      rootValue: this.#root,
    });
    const isDenied = result.errors?.some(({ message }) => message === "permission denied");
    return Response.json(result, { status: isDenied ? 403 : result.data === undefined ? 400 : 200 });
  }

  readonly #root = {
    viewer: () => ({ id: "u", entity: this.#options.entity ?? "tester" }),
    upsertBucket: ({ input }: Input) => this.#upsert(input),
    createRunFiles: ({ input }: Input) => {
      const run = this.#run(input.runName);
      return {
        runID: run.id,
        uploadHeaders: [],
        files: input.files.map((name: string) => ({
          name,
          uploadUrl: this.#slot({ take: (content) => void run.files.set(name, content) }),
        })),
      };
    },
    createArtifact: ({ input }: Input) => this.#createArtifact(input),
    createArtifactManifest: ({ input }: Input) => this.#createManifest(input),
    createArtifactFiles: ({ input }: Input) => ({
      files: { edges: input.artifactFiles.map((spec: Any) => ({ node: this.#createFile(spec) })) },
    }),
    commitArtifact: ({ input }: Input) => ({ artifact: this.#commit(this.#artifact(input.artifactID)) }),
    useArtifact: ({ input }: Input) => {
      const artifact = this.#artifact(input.artifactID);
      if (artifact.state !== "COMMITTED") refuse("artifact is not committed");
      this.#run(input.runName).uses.add(`${artifact.collection}@${artifact.digest}`);
      return { artifact: this.#shown(artifact) };
    },
  };

  #upsert(input: Any) {
    if (!/^[\w.-]{1,128}$/.test(input.modelName ?? "")) refuse("invalid project name");
    if (!/^[\w-]{1,64}$/.test(input.name ?? "")) refuse("invalid run id");
    if (input.entityName && input.entityName !== (this.#options.entity ?? "tester")) {
      refuse("permission denied");
    }
    const config = JSON.parse(input.config ?? "{}");
    for (const entry of Object.values<Any>(config)) if (!("value" in entry)) refuse("config has no value");
    if (input.tags?.some((it: string) => it.length < 1 || it.length > 65)) refuse("bad tag");
    const known = this.runs.get(input.name);
    const run: StoredRun = known ?? { id: input.name, history: [], files: new Map(), uses: new Set() };
    const told = {
      displayName: input.displayName,
      groupName: input.groupName,
      tags: input.tags,
      config: input.config && config,
      summary: input.summaryMetrics && JSON.parse(input.summaryMetrics),
    };
    // What is not told stays as it is.
    Object.assign(run, Object.fromEntries(Object.entries(told).filter(([, value]) => value != null)));
    this.runs.set(input.name, run);
    const entity = { id: "e", name: input.entityName ?? this.#options.entity ?? "tester" };
    return {
      bucket: { id: run.id, name: run.id, project: { id: "p", name: input.modelName, entity } },
      inserted: !known,
    };
  }

  #createArtifact(input: Any) {
    for (const name of [input.artifactCollectionName, input.artifactTypeName]) {
      if (!/^[\w.-]{1,128}$/.test(name)) refuse("invalid artifact name");
    }
    if (input.runName) this.#run(input.runName);
    const versions = this.committed().filter((it) => it.collection === input.artifactCollectionName);
    const same = versions.find((it) => it.digest === input.digest);
    if (same && input.enableDigestDeduplication) return { artifact: this.#shown(same) };
    if (versions.some((it) => it.type !== input.artifactTypeName)) refuse("collection has another type");
    const artifact: StoredArtifact = {
      id: this.#newId(),
      collection: input.artifactCollectionName,
      type: input.artifactTypeName,
      digest: input.digest,
      runName: input.runName,
      state: "PENDING",
      files: new Map(),
    };
    this.artifacts.push(artifact);
    return { artifact: this.#shown(artifact) };
  }

  #createManifest(input: Any) {
    const artifact = this.#pending(input.artifactID);
    this.#run(input.runName);
    const manifest: NonNullable<StoredArtifact["manifest"]> = { digest: input.digest };
    artifact.manifest = manifest;
    return {
      artifactManifest: {
        id: this.#newId(),
        file: {
          id: this.#newId(),
          uploadUrl: this.#slot({
            ...(input.digest === "" ? {} : { md5: input.digest }),
            take: (content) => void (manifest.content = content),
          }),
          uploadHeaders: [`Content-MD5:${input.digest}`, "Content-Type:application/json"],
        },
      },
    };
  }

  #createFile({ artifactID, name, md5: sum, artifactManifestID }: Any) {
    const artifact = this.#pending(artifactID);
    if (!artifactManifestID) refuse("no manifest");
    const file: { md5: string; content?: Uint8Array } = { md5: sum };
    artifact.files.set(name, file);
    return {
      id: this.#newId(),
      storagePath: name,
      uploadUrl: this.#slot({ md5: sum, take: (content) => void (file.content = content) }),
      uploadHeaders: [`Content-MD5:${sum}`, "Content-Type:application/octet-stream"],
      artifact: this.#shown(artifact),
    };
  }

  /** It is whole: every file is there, the manifest names them, and all sums are right. */
  #commit(artifact: StoredArtifact) {
    if (artifact.state === "COMMITTED") return this.#shown(artifact);
    const { manifest, files } = artifact;
    if (!manifest?.content) return refuse("manifest is missing");
    const { version, storagePolicy, contents } = JSON.parse(new TextDecoder().decode(manifest.content));
    if (version !== 1 || storagePolicy !== "wandb-storage-policy-v1") refuse("bad manifest");
    const names = Object.keys(contents).sort();
    const digest = createHash("md5").update("wandb-artifact-manifest-v1\n");
    for (const name of names) {
      const file = files.get(name);
      if (!file?.content) return refuse(`file ${name} is missing`);
      if (contents[name].digest !== file.md5 || contents[name].size !== file.content.length) {
        refuse(`file ${name} differs from the manifest`);
      }
      digest.update(`${name}:${contents[name].digest}\n`);
    }
    if (names.length !== files.size || digest.digest("hex") !== artifact.digest) refuse("digest is wrong");
    artifact.state = "COMMITTED";
    return this.#shown(artifact);
  }

  #fileStream(name: string, body: Any): Response {
    const run = this.runs.get(name);
    if (!run) return Response.json({ error: "run not found" }, { status: 404 });
    const { files = {}, uploaded = [], complete, exitcode, ...rest } = body;
    if (Object.keys(rest).length > 0) return new Response("unknown fields", { status: 400 });
    for (const [file, { offset, content }] of Object.entries<Any>(files)) {
      for (const line of content) JSON.parse(line);
      if (file === "wandb-history.jsonl") {
        if (offset > run.history.length) return new Response("lines are missing", { status: 400 });
        run.history.splice(offset, content.length, ...content);
      } else if (file === "wandb-summary.json") {
        if (offset !== 0 || content.length !== 1) return new Response("bad summary", { status: 400 });
        run.summary = JSON.parse(content[0]);
      } else return new Response("unknown file", { status: 400 });
    }
    if (uploaded.some((it: string) => !run.files.has(it))) {
      return new Response("not uploaded", { status: 400 });
    }
    if (complete) run.exitcode = exitcode;
    return Response.json({ exitcode: null, limits: {} });
  }

  async #store(request: Request, pathname: string): Promise<Response> {
    const slot = this.#slots.get(pathname);
    const content = new Uint8Array(await request.arrayBuffer());
    if (!slot) return new Response("AccessDenied", { status: 403 });
    if (request.headers.has("authorization")) return new Response("one kind of signature", { status: 400 });
    if (slot.md5 !== undefined) {
      if (request.headers.get("content-md5") !== slot.md5) {
        return new Response("InvalidDigest", { status: 400 });
      }
      if (md5(content).toString("base64") !== slot.md5) return new Response("BadDigest", { status: 400 });
    }
    slot.take(content);
    return new Response(null, { status: 200 });
  }

  #slot(slot: Slot): string {
    const path = `/storage/${this.#newId()}`;
    this.#slots.set(path, slot);
    return this.url + path;
  }

  #run(name: string): StoredRun {
    return this.runs.get(name) ?? refuse("run not found");
  }

  #artifact(id: string): StoredArtifact {
    return this.artifacts.find((it) => it.id === id) ?? refuse("artifact not found");
  }

  #pending(id: string): StoredArtifact {
    const artifact = this.#artifact(id);
    return artifact.state === "PENDING" ? artifact : refuse("artifact is committed");
  }

  #shown(artifact: StoredArtifact) {
    const { id, state, digest, collection } = artifact;
    const latest = this.committed().findLast((it) => it.collection === collection);
    return {
      id,
      state,
      digest,
      artifactSequence: { id: collection, latestArtifact: latest ? { id: latest.id } : null },
    };
  }

  #newId(): string {
    return `QXJ0aWZhY3Q6${++this.#ids}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

// deno-lint-ignore no-explicit-any
type Any = any;
interface Input {
  readonly input: Any;
}
