/** What a front end learns about the kernel. Answered without the real one, so that a kernel is known as soon as it is started. */
export function kernelInfo(): Record<string, unknown> {
  return {
    status: "ok",
    protocol_version: "5.3",
    implementation: "agentop",
    implementation_version: Deno.version.deno,
    language_info: {
      name: "typescript",
      version: Deno.version.typescript,
      mimetype: "text/x.typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: "typescript",
      nbconvert_exporter: "script",
    },
    banner: `AgentOp Studio on Deno ${Deno.version.deno}`,
    help_links: [{ text: "Deno", url: "https://docs.deno.com" }],
    debugger: false,
  };
}
