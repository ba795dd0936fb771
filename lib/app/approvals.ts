import { join } from "node:path";
import { unifiedDiff } from "../analysis/mod.ts";
import { AgentOpError, type CallTarget, isObject, messageOf } from "../core/mod.ts";
import { loadYaml } from "../schema/mod.ts";
import type { AppConfig } from "./config.ts";
import { isPrivate, isWithin, realPath } from "./private_reads.ts";

/** A file that a call would write, as it is and as it would be. */
export type FileChange =
  | { readonly kind: "new" | "same" }
  | { readonly kind: "changed"; readonly unified: string }
  | { readonly kind: "unknown"; readonly reason: string };

/** What somebody is shown who is asked whether a call may run. */
export interface ApprovalHelp {
  fileChange(target: Extract<CallTarget, { kind: "file" }>): Promise<FileChange>;
  /** Arguments as text to edit: line breaks are line breaks. */
  argumentsText(args: unknown): Promise<string>;
  /** What was made of it. Throws `AgentOpError` for what cannot be arguments. */
  readArguments(text: string): Promise<Record<string, unknown>>;
}

/** Private folders are not read: what a store says of a run is nobody's word. */
export function approvalHelp({ environments: { plain } }: Pick<AppConfig, "environments">): ApprovalHelp {
  const home = plain["HOME"] ?? plain["USERPROFILE"];
  return {
    fileChange: async (target) => {
      const [own, userHome] = await Promise.all([realPath(Deno.cwd()), home && realPath(home)]);
      // Whoever works in the home folder has not made all of it a project.
      const isWide = userHome !== undefined && isWithin(userHome, own);
      return await fileChange(target, (path) => isPrivate(path, { own: isWide ? undefined : own, userHome }));
    },
    argumentsText,
    readArguments,
  };
}

const COMPARED_BYTES_MAX = 200_000;
const EDITED_CHARS_MAX = 400_000;
const REDACTED = "[redacted ";

/**
 * What the call would change in its file. The file is read here and now, with the guards of the tools; `isPrivate` says of which
 * folders nothing is read.
 */
export async function fileChange(
  target: Extract<CallTarget, { kind: "file" }>,
  isPrivate: (path: string) => boolean = () => false,
): Promise<FileChange> {
  const { root, path, text, isAppended } = target;
  if (text === undefined) return { kind: "unknown", reason: "the call does not say what the file will hold" };
  if (text.length > COMPARED_BYTES_MAX) return { kind: "unknown", reason: "the new text is too long" };
  try {
    if (isPrivate(await realPath(root)) || isPrivate(await realPath(join(root, path)))) {
      return { kind: "unknown", reason: "the folder is private" };
    }
    const { readTextInside } = await import("../tools/mod.ts");
    const before = await readTextInside(root, path, COMPARED_BYTES_MAX);
    if (!before) return { kind: "new" };
    if (before.isCut) return { kind: "unknown", reason: "the file there is too long" };
    if (before.text.includes("\0")) return { kind: "unknown", reason: "the file there is no text" };
    const after = isAppended ? before.text + text : text;
    const unified = await unifiedDiff(before.text, after, { left: path, right: path });
    return unified === "" ? { kind: "same" } : { kind: "changed", unified };
  } catch (error) {
    return {
      kind: "unknown",
      reason: error instanceof TypeError ? "the file there is no text" : messageOf(error),
    };
  }
}

/** The arguments as text that a person edits: line breaks are line breaks. */
export async function argumentsText(args: unknown): Promise<string> {
  const { stringify } = await loadYaml();
  return stringify(args ?? {}, { lineWidth: 0, blockQuote: "literal", aliasDuplicateObjects: false });
}

async function readArguments(text: string): Promise<Record<string, unknown>> {
  const refuse = (reason: string): never => {
    throw new AgentOpError(`Cannot use these arguments: ${reason}`, { remedy: "name: value, one a line" });
  };
  if (text.length > EDITED_CHARS_MAX) refuse(`they are longer than ${EDITED_CHARS_MAX} characters`);
  const { parseDocument } = await loadYaml();
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true });
  const [error] = document.errors;
  if (error) refuse(error.message);
  let value: unknown;
  try {
    value = JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 0 }) ?? null));
  } catch (error) {
    refuse(messageOf(error));
  }
  // What was redacted for the record is not what the model said: the tool would get the mark.
  if (text.includes(REDACTED)) refuse("a key was taken out of what is shown, which cannot be put back");
  return isObject(value) ? value : refuse("they are no object");
}
