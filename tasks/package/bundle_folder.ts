/** Writes the bundle into a folder; false when it cannot be made, and why stands on stderr. */
export async function bundleInto(folder: string): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "bundle", folder],
  }).spawn().status;
  return success;
}
