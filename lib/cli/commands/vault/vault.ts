import { AgentOpError } from "../../../core/mod.ts";
import type { Context } from "../../context.ts";
import { writeBytes } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { readStdin } from "../../process/read_text.ts";

const TEXT_MAX_BYTES = 256 * 1024 * 1024;

export const vault: CliCommand = {
  register(program, withContext) {
    const command = program.command("vault")
      .description("what --redact took out: kept encrypted in AGENTOP_VAULT, opened with AGENTOP_VAULT_KEY");
    command.command("key").description("print a new key for AGENTOP_VAULT_KEY; it is kept nowhere")
      .action(() => withContext(key));
    command.command("reveal")
      .description("put back what was taken out of the text on stdin; print it as it is")
      .action(() => withContext(reveal));
  },
};

async function key(context: Context): Promise<void> {
  const { loadRedaction } = await import("../../../app/mod.ts");
  const text = (await loadRedaction()).newVaultKey();
  if (context.json) context.printJson({ key: text });
  else context.print(text);
}

/** Nothing is looked for in what is printed here: the person asked to see it. */
async function reveal(context: Context): Promise<void> {
  const place = context.config.vault;
  if (place === undefined) {
    throw new AgentOpError("Cannot reveal: nobody said which vault, or its key", {
      remedy: "AGENTOP_VAULT=FILE AGENTOP_VAULT_KEY=KEY",
    });
  }
  const { loadRedaction } = await import("../../../app/mod.ts");
  const opened = await (await loadRedaction()).Vault.open(place);
  writeBytes(
    Deno.stdout,
    new TextEncoder().encode(opened.reveal(await readStdin("the text", { maxBytes: TEXT_MAX_BYTES }))),
  );
}
