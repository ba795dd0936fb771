import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { AgentOpError, reasonOf } from "../../core/mod.ts";

const FORMAT = "agentop.vault/1";
const KEY_BYTES = 32;
const ID_BYTES = 8;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const FILE_MAX_BYTES = 256 * 1024 * 1024;
const PRIVATE_MODE = 0o600;
/** Where a line ended within it, blanks and a frame may stand there. */
const MARK = /\[redacted[\s│|]{1,200}([A-Za-z_]\w{0,80})[\s│|]{1,200}([a-p]{16})\]/g;

/** Where a vault is, and the key that opens it: 32 bytes in base64. */
export interface VaultPlace {
  readonly path: string;
  readonly key: string;
}

/** A key for a new vault. */
export function newVaultKey(): string {
  return randomBytes(KEY_BYTES).toString("base64");
}

/**
 * A file with what was taken out of texts, encrypted (AES-256-GCM), a line each. The same value has the same mark, which says nothing
 * without the key. Several processes may add to it. Throws `AgentOpError`.
 */
export class Vault {
  readonly #path: string;
  readonly #idKey: Uint8Array;
  readonly #valueKey: Uint8Array;
  /** Encrypted values by id. */
  readonly #lines: ReadonlyMap<string, string>;
  readonly #added = new Map<string, string>();

  private constructor(path: string, key: Uint8Array, lines: ReadonlyMap<string, string>) {
    this.#path = path;
    this.#idKey = derived(key, "id");
    this.#valueKey = derived(key, "value");
    this.#lines = lines;
  }

  static async open({ path, key: text }: VaultPlace): Promise<Vault> {
    const fail = (reason: string, remedy: string, cause?: unknown) =>
      new AgentOpError(`Cannot open the vault ${path}: ${reason}`, { remedy, cause });
    const key = Buffer.from(text, "base64");
    if (key.length !== KEY_BYTES || key.toString("base64") !== text.trim()) {
      throw fail("AGENTOP_VAULT_KEY is no key of 32 bytes in base64", "agentop vault key");
    }
    const check = derived(key, "check").subarray(0, ID_BYTES).toString("hex");
    const head = `${FORMAT} ${check}`;
    try {
      await Deno.writeTextFile(path, `${head}\n`, { createNew: true, mode: PRIVATE_MODE });
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) {
        throw fail(reasonOf(error), "a folder you may write to", error);
      }
    }
    const { size, isFile } = await Deno.stat(path);
    if (!isFile || size > FILE_MAX_BYTES) throw fail("it is no file, or too large", "another file");
    const [first = "", ...rest] = (await Deno.readTextFile(path)).split("\n");
    if (!first.startsWith(FORMAT)) throw fail("it is no vault", "a new file");
    if (first.length !== head.length || !timingSafeEqual(Buffer.from(first), Buffer.from(head))) {
      throw fail("its key is another one", "the AGENTOP_VAULT_KEY that it was made with");
    }
    const lines = rest.flatMap((line) => {
      const [id, value] = line.split(" ");
      return id && value ? [[id, value] as const] : [];
    });
    return new Vault(path, key, new Map(lines));
  }

  /** What stands for a value; it is in the file when this returns. */
  mark(kind: string, value: string): string {
    const digest = createHmac("sha256", this.#idKey).update(kind).update("\0").update(value).digest();
    const id = letters(digest.subarray(0, ID_BYTES));
    if (!this.#lines.has(id) && !this.#added.has(id)) {
      const sealed = this.#seal(id, value);
      // A line that a process did not finish ends here.
      Deno.writeTextFileSync(this.#path, `\n${id} ${sealed}\n`, { append: true, create: false });
      this.#added.set(id, sealed);
    }
    return `[redacted ${kind} ${id}]`;
  }

  /** The text with the values of this vault in the place of their marks. */
  reveal(text: string): string {
    return text.replace(MARK, (mark, _kind: string, id: string) => {
      const sealed = this.#added.get(id) ?? this.#lines.get(id);
      return sealed === undefined ? mark : this.#unseal(id, sealed) ?? mark;
    });
  }

  #seal(id: string, value: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#valueKey, iv).setAAD(Buffer.from(id));
    const data = Buffer.concat([cipher.update(value, "utf8"), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), data]).toString("base64");
  }

  /** `undefined` for a line that was damaged. */
  #unseal(id: string, sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, "base64");
    try {
      const cipher = createDecipheriv("aes-256-gcm", this.#valueKey, bytes.subarray(0, IV_BYTES));
      cipher.setAAD(Buffer.from(id)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([cipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), cipher.final()]).toString();
    } catch {
      return undefined;
    }
  }
}

function derived(key: Uint8Array, purpose: string): Buffer {
  return createHmac("sha256", key).update(`${FORMAT} ${purpose}`).digest();
}

/** A letter for each half byte: digits would look like what is looked for. */
function letters(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(97 + (byte >> 4), 97 + (byte & 15))).join("");
}
