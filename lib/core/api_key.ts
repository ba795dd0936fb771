/** What a key allows, each all of those before it. `write` starts runs and sends traces; `admin` is for what changes the server. */
export const KEY_ROLES = ["read", "write", "admin"] as const;
export type KeyRole = (typeof KEY_ROLES)[number];

/** Whether a key with `role` is good for what asks for `needed`. */
export function isRoleEnough(role: KeyRole, needed: KeyRole): boolean {
  return KEY_ROLES.indexOf(role) >= KEY_ROLES.indexOf(needed);
}
