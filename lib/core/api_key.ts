/** What a key allows, each all of those before it. `write` starts runs and sends traces; `admin` is for what changes the server. */
export const KEY_ROLES = ["read", "write", "admin"] as const;
export type KeyRole = (typeof KEY_ROLES)[number];

/** Whether a key with `role` is good for what asks for `needed`. */
export function isRoleEnough(role: KeyRole, needed: KeyRole): boolean {
  return KEY_ROLES.indexOf(role) >= KEY_ROLES.indexOf(needed);
}

/** A key of the HTTP API. Its text is nowhere: who has it was shown it once. */
export interface ApiKey {
  /** The beginning of its hash. */
  readonly keyId: string;
  readonly name: string;
  readonly role: KeyRole;
  readonly createdAtUs: number;
  /** It is good for nothing since then. */
  readonly revokedAtUs?: number;
}

/** SHA-256 of a key's text, 64 hex digits. */
export type KeyHash = string;

/** Keys of the HTTP API. */
export interface KeyStore {
  /** Throws `AgentOpError` where a key that is not revoked has this name. */
  addKey(key: Pick<ApiKey, "name" | "role" | "createdAtUs"> & { readonly hash: KeyHash }): Promise<ApiKey>;
  /** Oldest first, revoked ones too. */
  listKeys(): Promise<readonly ApiKey[]>;
  /** By name or `keyId`. Throws `AgentOpError` where no key that is not revoked has it. */
  revokeKey(nameOrId: string, atUs: number): Promise<ApiKey>;
  /** The key with this hash, with the hash as it is kept; `undefined` when there is none or it is revoked. */
  findKey(hash: KeyHash): Promise<(ApiKey & { readonly hash: KeyHash }) | undefined>;
}
