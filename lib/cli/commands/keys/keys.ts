import { Option } from "@commander-js/extra-typings";
import { type ApiKey, KEY_ROLES, type KeyRole, nowUs } from "../../../core/mod.ts";
import { keyShape } from "../../../documents/mod.ts";
import { age, type Cell, cell, type Column, table } from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { lookOf, type Style } from "../../output/look.ts";

const COLUMNS: readonly Column[] = [
  { title: "ID" },
  { title: "NAME", min: 8 },
  { title: "ROLE" },
  { title: "AGE", align: "right" },
  { title: "STATE" },
];

export const keys: CliCommand = {
  register(program, withContext) {
    const command = program.command("keys").description("keys for the HTTP API of agentop serve");
    command.command("create").description("make a key; it is shown this once")
      .argument("<name>", "what to call it, for example who has it")
      .addOption(
        new Option(
          "--role <role>",
          "read: see everything; write: also start runs, score, send traces; admin: everything",
        ).choices(KEY_ROLES).makeOptionMandatory(),
      )
      .action((name, flags) => withContext((context) => create(context, name, flags.role)));
    command.command("list").description("list keys, revoked ones too")
      .action(() => withContext(list));
    command.command("revoke").description("a key is good for nothing from now on, also where a server runs")
      .argument("<name>", "its name or id")
      .action((name) => withContext((context) => revoke(context, name)));
  },
};

async function create(context: Context, name: string, role: KeyRole): Promise<void> {
  const { createApiKey } = await import("../../../app/mod.ts");
  const store = await context.app.store();
  const { key, text } = await createApiKey({ store, host: context.host }, name, role);
  if (context.json) return context.printJson({ ...keyShape(key), key: text });
  context.print(text);
  context.note(
    `The key of ${key.name}, for ${role}. It is not shown again; a lost one is revoked, and another one made.`,
  );
}

async function list(context: Context): Promise<void> {
  const known = await (await context.app.store()).listKeys();
  if (context.json) return context.printJson(known.map(keyShape));
  if (known.length === 0) return context.note("No keys yet. Try: agentop keys create NAME --role read");
  context.print(table(COLUMNS, known.map((it) => row(it, context.host.now())), lookOf(context)));
}

function row({ keyId, name, role, createdAtUs, revokedAtUs }: ApiKey, nowMs: number): readonly Cell<Style>[] {
  return [
    { text: keyId, style: "cyan" },
    { text: cell(name) },
    { text: role },
    { text: age(createdAtUs / 1000, nowMs), style: "dim" },
    revokedAtUs === undefined ? { text: "good", style: "green" } : { text: "revoked", style: "dim" },
  ];
}

async function revoke(context: Context, name: string): Promise<void> {
  const store = await context.app.store();
  const key = await store.revokeKey(name, nowUs(context.host));
  if (context.json) context.printJson(keyShape(key));
  else context.print(`${cell(key.name)} is revoked.`);
}
