import type { Check } from "./check.ts";

/** What holds the processes of `run_code`, beside the permissions that they have not got. */
export async function checkSandbox(): Promise<readonly Check[]> {
  const { childLauncher } = await import("../tools/mod.ts");
  return [sandboxCheck((await childLauncher()).missing)];
}

export function sandboxCheck(missing: readonly string[]): Check {
  const name = "sandbox";
  if (missing.length === 0) {
    return {
      name,
      status: "ok",
      message: "code that agents run cannot fill the disk, sees no other process and ends with its parent",
    };
  }
  return {
    name,
    status: "warning",
    message: `code that agents run ${missing.join("; it ")}`,
    remedy:
      "Linux with /bin/sh and the setpriv, unshare and prlimit of util-linux has all limits, where namespaces are allowed",
  };
}
