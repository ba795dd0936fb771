import { type Kysely, type Selectable, sql } from "kysely";
import {
  AgentOpError,
  type ApiKey,
  KEY_ROLES,
  type KeyHash,
  type KeyRole,
  type Redactor,
} from "../core/mod.ts";
import { bytes, hex } from "./codec.ts";
import type { Engine } from "./engine.ts";
import type { ApiKeyRow, Schema } from "./schema.ts";

const KEYS_MAX = 1_000;
const ID_DIGITS = 8;

/** The part of a store that keeps keys of the HTTP API. */
export abstract class ApiKeyTable {
  readonly #engine: Engine;
  readonly #redactor: Redactor;

  constructor(engine: Engine, redactor: Redactor) {
    this.#engine = engine;
    this.#redactor = redactor;
  }

  async addKey(
    { name, role, createdAtUs, hash }: Pick<ApiKey, "name" | "role" | "createdAtUs"> & {
      readonly hash: KeyHash;
    },
  ): Promise<ApiKey> {
    const added = await this.#use(async (db) => {
      // One statement: two processes cannot both find the name free.
      const { numAffectedRows } = await sql`insert into api_key (hash, name, role, created_us)
        select ${bytes(hash)}, ${name}, ${role}, ${createdAtUs}
        where not exists (select 1 from api_key where name = ${name} and revoked_us is null)`.execute(db);
      return Number(numAffectedRows ?? 0n);
    });
    if (added === 0) {
      throw new AgentOpError(`Cannot create the key ${name}: there is one of this name`, {
        remedy: `agentop keys revoke ${name}, or another name`,
      });
    }
    return { keyId: hash.slice(0, ID_DIGITS), name, role, createdAtUs };
  }

  async listKeys(): Promise<readonly ApiKey[]> {
    const rows = await this.#use((db) =>
      db.selectFrom("api_key").selectAll().orderBy("created_us").orderBy("name").limit(KEYS_MAX).execute()
    );
    return rows.flatMap((row) => keyOf(row) ?? []);
  }

  async revokeKey(nameOrId: string, atUs: number): Promise<ApiKey> {
    const key = (await this.listKeys()).find((it) =>
      it.revokedAtUs === undefined && (it.name === nameOrId || it.keyId === nameOrId)
    );
    if (!key) {
      throw new AgentOpError(`Cannot revoke ${nameOrId}: no key that is good has this name or id`, {
        remedy: "agentop keys list",
      });
    }
    await this.#use((db) =>
      db.updateTable("api_key").set({ revoked_us: atUs }).where("name", "=", key.name)
        .where("revoked_us", "is", null).execute()
    );
    return { ...key, revokedAtUs: atUs };
  }

  async findKey(hash: KeyHash): Promise<(ApiKey & { readonly hash: KeyHash }) | undefined> {
    const row = await this.#use((db) =>
      db.selectFrom("api_key").selectAll().where("hash", "=", bytes(hash)).where("revoked_us", "is", null)
        .executeTakeFirst()
    );
    const key = row && keyOf(row);
    return key && { ...key, hash: hex(row.hash) };
  }

  async #use<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    try {
      return await work(this.#engine.db);
    } catch (error) {
      throw this.#redactor.error(this.#engine.toStoreError("use", error));
    }
  }
}

/** What another program wrote there may be anything: a role that is none is no key. */
function keyOf({ hash, name, role, created_us, revoked_us }: Selectable<ApiKeyRow>): ApiKey | undefined {
  if (!(KEY_ROLES as readonly string[]).includes(role)) return undefined;
  return {
    keyId: hex(hash).slice(0, ID_DIGITS),
    name,
    role: role as KeyRole,
    createdAtUs: created_us,
    ...(revoked_us === null ? {} : { revokedAtUs: revoked_us }),
  };
}
