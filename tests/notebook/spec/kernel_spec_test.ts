import assert from "node:assert/strict";
import { delimiter, join } from "node:path";
import denoConfig from "../../../deno.json" with { type: "json" };
import { jupyterPathWith, kernelSpec, writeKernelSpec } from "../../../lib/notebook/mod.ts";

Deno.test("writeKernelSpec() writes where Jupyter looks, and again over what was there", async () => {
  const folder = await Deno.makeTempDir();
  const path = await writeKernelSpec(folder);
  assert.equal(path, join(folder, "kernels", "agentop", "kernel.json"));
  assert.deepEqual(JSON.parse(await Deno.readTextFile(await writeKernelSpec(folder))), kernelSpec());
  await Deno.remove(folder, { recursive: true });
});

Deno.test("kernelSpec() asks for interrupts by message, and gives the kernel no more rights than it needs", () => {
  const { interrupt_mode, argv } = kernelSpec() as { interrupt_mode: string; argv: string[] };
  assert.equal(interrupt_mode, "message");
  assert.deepEqual(argv.filter((it) => it.startsWith("--allow")), [
    "--allow-read",
    "--allow-run",
    "--allow-net=127.0.0.1",
  ]);
  assert.equal(argv.at(-1), "{connection_file}");
  assert.deepEqual(denoConfig.permissions.kernel, { read: true, run: true, net: ["127.0.0.1"] });
});

Deno.test("jupyterPathWith() keeps what is there", () => {
  assert.equal(jupyterPathWith("/a", undefined), "/a");
  assert.equal(jupyterPathWith("/a", "/b"), `/a${delimiter}/b`);
});
