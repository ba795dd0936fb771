/**
 * What may not be kept and nobody configured: keys by how they look, and personal data by the rules a person gives. Loaded before the
 * first text that could hold such is written.
 *
 * @module
 */
import type { Redactor } from "../../core/mod.ts";
import type { AppConfig } from "../config.ts";
import { secretPatterns } from "./secret_patterns.ts";

export { newVaultKey, Vault } from "./vault.ts";

const armed = new WeakMap<Redactor, Promise<void>>();

/** From now on `redactor` looks for all of it; once for each. Throws `AgentOpError` for a bad rule, list of names or vault. */
export function arm(
  redactor: Redactor,
  { redact, vault }: Pick<AppConfig, "redact" | "vault">,
): Promise<void> {
  const before = armed.get(redactor);
  if (before) return before;
  const arming = (async () => {
    const asked = redact === undefined
      ? []
      : [await (await import("./rules.ts")).personalData(redact, vault)];
    redactor.learn([secretPatterns(), ...asked]);
  })();
  armed.set(redactor, arming);
  return arming;
}
