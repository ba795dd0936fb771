import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { z } from "zod";
import { AgentOpError } from "../../core/mod.ts";
import { answerOf, type RunPlace, type WandbApi } from "./api.ts";

/** A set of files with a name; each other content is a version of its own. */
export interface Artifact {
  /** Letters, digits, `.`, `-` and `_`, 128 at most. */
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly aliases: readonly string[];
  readonly files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
}

const MANIFEST_NAME = "wandb_manifest.json";

/** Makes one, and says what the run began from: what is done in one question is done one after the other. */
const createQuery = (uses: readonly string[]) =>
  `mutation CreateArtifact($entityName: String!, $projectName: String!, $artifactTypeName: String!,
    $artifactCollectionName: String!, $runName: String, $digest: String!, $description: String,
    $aliases: [ArtifactAliasInput!], $metadata: JSONString, $clientID: ID!, $sequenceClientID: ID!${
    uses.map((it) => `, $${it}: UseArtifactInput!`).join("")
  }) {
  ${uses.map((it) => `${it}: useArtifact(input: $${it}) { artifact { id } }`).join("\n  ")}
  createArtifact(input: { entityName: $entityName, projectName: $projectName, artifactTypeName: $artifactTypeName,
    artifactCollectionName: $artifactCollectionName, runName: $runName, digest: $digest, digestAlgorithm: MANIFEST_MD5,
    description: $description, aliases: $aliases, metadata: $metadata, enableDigestDeduplication: true,
    clientID: $clientID, sequenceClientID: $sequenceClientID }) {
    artifact { id state artifactSequence { latestArtifact { id } } }
  }
}`;

const MANIFEST =
  `mutation CreateArtifactManifest($artifactID: ID!, $baseArtifactID: ID, $name: String!, $digest: String!,
    $entityName: String!, $projectName: String!, $runName: String!, $manifestType: ArtifactManifestType!) {
  createArtifactManifest(input: { artifactID: $artifactID, baseArtifactID: $baseArtifactID, name: $name, digest: $digest,
    entityName: $entityName, projectName: $projectName, runName: $runName, type: $manifestType }) {
    artifactManifest { id file { id uploadUrl uploadHeaders } }
  }
}`;

const FILES = `mutation CreateArtifactFiles($input: CreateArtifactFilesInput!) {
  createArtifactFiles(input: $input) {
    files { edges { node { storagePath uploadUrl uploadHeaders artifact { id } } } }
  }
}`;

const COMMIT =
  `mutation CommitArtifact($artifactID: ID!) { commitArtifact(input: { artifactID: $artifactID }) { artifact { id digest } } }`;

const created = answerOf({
  createArtifact: z.object({
    artifact: z.object({
      id: z.string(),
      state: z.string(),
      artifactSequence: z.object({ latestArtifact: z.object({ id: z.string() }).nullish() }).nullish(),
    }),
  }),
});
const manifest = answerOf({
  createArtifactManifest: z.object({
    artifactManifest: z.object({
      id: z.string(),
      file: z.object({ uploadUrl: z.string().nullish(), uploadHeaders: z.array(z.string()).nullish() }),
    }),
  }),
});
const fileList = answerOf({
  createArtifactFiles: z.object({
    files: z.object({
      edges: z.array(z.object({
        node: z.object({
          uploadUrl: z.string().nullable(),
          uploadHeaders: z.array(z.string()).nullish(),
          artifact: z.object({ id: z.string() }),
        }),
      })),
    }),
  }),
});
const anything = z.object({ data: z.unknown() });

/**
 * Keeps an artifact and gives its id. One with the same content that is there already is taken as it is. Nobody sees it before the
 * last call, so that one that was cut short is none. `inputs`: ids of those that the run began from.
 */
export async function saveArtifact(
  api: WandbApi,
  place: RunPlace,
  artifact: Artifact,
  inputs: readonly string[] = [],
): Promise<string> {
  const entries = Object.entries(artifact.files).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, content]) => ({ name, content, digest: md5(content).toString("base64") }));
  const { entity: entityName, project: projectName, run: runName } = place;
  const uses = inputs.map((artifactID, index) =>
    [`input${index}`, { artifactID, entityName, projectName, runName }] as const
  );
  const answer = await api.ask(created, createQuery(uses.map(([name]) => name)), {
    entityName,
    projectName,
    artifactTypeName: artifact.type,
    artifactCollectionName: artifact.name,
    runName,
    digest: digestOf(entries),
    description: artifact.description,
    aliases: artifact.aliases.map((alias) => ({ artifactCollectionName: artifact.name, alias })),
    metadata: JSON.stringify(artifact.metadata),
    // A client's own names for what has no id yet: never the same twice.
    clientID: clientId(),
    sequenceClientID: clientId(),
    ...Object.fromEntries(uses),
  });
  const { id, state, artifactSequence } = answer.createArtifact.artifact;
  if (state === "COMMITTED") return id;
  const baseArtifactID = artifactSequence?.latestArtifact?.id ?? null;
  const describe = async (content: Uint8Array) => {
    const described = await api.ask(manifest, MANIFEST, {
      artifactID: id,
      baseArtifactID,
      name: MANIFEST_NAME,
      digest: md5(content).toString("base64"),
      entityName,
      projectName,
      runName,
      manifestType: "FULL",
    });
    return described.createArtifactManifest.artifactManifest;
  };
  // As it is, unless the server has one of the files from before.
  let text = manifestText(entries, entries.map(() => id));
  let described = await describe(text);
  const births = await uploadFiles(api, id, described.id, entries);
  if (births.some((birth) => birth !== id)) {
    text = manifestText(entries, births);
    described = await describe(text);
  }
  const { uploadUrl, uploadHeaders } = described.file;
  if (!uploadUrl) {
    throw new AgentOpError(`Cannot export wandb: no address to upload ${MANIFEST_NAME} to`, { exitCode: 1 });
  }
  await api.put({ url: uploadUrl, headers: uploadHeaders ?? [] }, text);
  await api.ask(anything, COMMIT, { artifactID: id });
  return id;
}

/** What an artifact is made of; `births`: the artifact that each of its files came with first. */
function manifestText(entries: readonly Entry[], births: readonly string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify({
    version: 1,
    storagePolicy: "wandb-storage-policy-v1",
    storagePolicyConfig: { storageLayout: "V2" },
    contents: Object.fromEntries(
      entries.map(({ name, digest, content }, at) => [
        name,
        { digest, birthArtifactID: births[at], size: content.length },
      ]),
    ),
  }));
}

interface Entry {
  readonly name: string;
  readonly content: Uint8Array<ArrayBuffer>;
  readonly digest: string;
}

/** Gives the artifact that each file came with first: the server keeps one content once. */
async function uploadFiles(
  api: WandbApi,
  artifactID: string,
  artifactManifestID: string,
  entries: readonly Entry[],
): Promise<readonly string[]> {
  const { createArtifactFiles: { files: { edges } } } = await api.ask(fileList, FILES, {
    input: {
      artifactFiles: entries.map(({ name, digest }) => ({
        artifactID,
        name,
        md5: digest,
        artifactManifestID,
      })),
      storageLayout: "V2",
    },
  });
  if (edges.length !== entries.length) {
    throw new AgentOpError(
      `Cannot export wandb: ${entries.length} files asked for an address, ${edges.length} have one`,
      {
        exitCode: 1,
      },
    );
  }
  await Promise.all(edges.map(async ({ node: { uploadUrl, uploadHeaders } }, at) => {
    if (uploadUrl === null) return; // it has this content
    await api.put({ url: uploadUrl, headers: uploadHeaders ?? [] }, entries[at]!.content);
  }));
  return edges.map(({ node }) => node.artifact.id);
}

const md5 = (content: Uint8Array) => createHash("md5").update(content).digest();

/** As W&B makes it: of names and sums, in order of the names. */
function digestOf(entries: readonly Entry[]): string {
  const lines = entries.map(({ name, digest }) => `${name}:${digest}\n`);
  return createHash("md5").update(["wandb-artifact-manifest-v1\n", ...lines].join("")).digest("hex");
}

const clientId = () => Buffer.from(crypto.getRandomValues(new Uint8Array(64))).toString("hex");
