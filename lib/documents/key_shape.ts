import type { ApiKey } from "../core/mod.ts";
import { isoTime } from "../present/mod.ts";

/** One of `keys list --json`. */
export function keyShape({ keyId, name, role, createdAtUs, revokedAtUs }: ApiKey) {
  return {
    keyId,
    name,
    role,
    createdAt: isoTime(createdAtUs),
    revokedAt: revokedAtUs === undefined ? null : isoTime(revokedAtUs),
  };
}
