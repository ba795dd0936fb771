import { Buffer } from "node:buffer";
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import {
  AgentOpError,
  type ApiKey,
  type Host,
  type KeyRole,
  type KeyStore,
  nowUs,
  oneLine,
} from "../core/mod.ts";

const KEY_BYTES = 32;
/** Tells people, and tools that look for secrets in files, what it is. */
const PREFIX = "agop_";
const NAME_MAX_CHARS = 64;
/** What is longer is no key, and is not hashed. */
const TEXT_MAX_CHARS = 200;

/** A key and its text, which nobody can be shown again. */
export interface CreatedKey {
  readonly key: ApiKey;
  readonly text: string;
}

/** Makes a key of 256 random bits; only their SHA-256 is kept. Throws `AgentOpError` for a name that is taken or cannot be one. */
export async function createApiKey(
  { store, host }: { readonly store: KeyStore; readonly host: Pick<Host, "now"> },
  name: string,
  role: KeyRole,
): Promise<CreatedKey> {
  if (!/^[A-Za-z0-9][\w.@-]*$/.test(name) || name.length > NAME_MAX_CHARS) {
    throw new AgentOpError(
      `Cannot create the key ${
        oneLine(name, NAME_MAX_CHARS)
      }: a name is letters, digits and . _ @ -, at most ${NAME_MAX_CHARS}`,
      { remedy: "agentop keys create dashboard --role read" },
    );
  }
  const text = PREFIX + randomBytes(KEY_BYTES).toString("base64url");
  return { key: await store.addKey({ name, role, createdAtUs: nowUs(host), hash: hashOf(text) }), text };
}

/** The key with this text, if it is one and not revoked. What is compared are hashes, in constant time. */
export async function apiKeyOf(store: Pick<KeyStore, "findKey">, text: string): Promise<ApiKey | undefined> {
  if (text.length > TEXT_MAX_CHARS || !text.startsWith(PREFIX)) return undefined;
  const hash = hashOf(text);
  const found = await store.findKey(hash);
  return found && timingSafeEqual(Buffer.from(found.hash, "hex"), Buffer.from(hash, "hex"))
    ? found
    : undefined;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
