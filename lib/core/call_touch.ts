import { isObject } from "./json.ts";

/** What the arguments of a tool mean for who is asked: which of them names a file, a request or a program. */
export type CallTouch =
  | {
    readonly kind: "file";
    /** The folder that `path` begins in. */
    readonly root: string;
    /** Names of arguments: of the path, of the text that the file will hold, and of what says that it is added to the end. */
    readonly path: string;
    readonly text?: string;
    readonly append?: string;
  }
  | {
    readonly kind: "request";
    readonly method: string;
    /** The argument that is the URL ... */
    readonly url?: string;
    /** ... or the host that every call goes to. */
    readonly host?: string;
  }
  | { readonly kind: "code"; readonly code: string; readonly language: string };

/** What one call touches. */
export type CallTarget =
  | {
    readonly kind: "file";
    readonly root: string;
    /** As the call says it. */
    readonly path: string;
    /** Where that is; absent for a path that no tool takes. */
    readonly place?: string;
    readonly text?: string;
    /** The argument that is the text. */
    readonly textName?: string;
    readonly isAppended: boolean;
  }
  | {
    readonly kind: "request";
    readonly method: string;
    readonly url?: string;
    /** With its port, where the URL has one; absent for what is no URL. */
    readonly host?: string;
  }
  | { readonly kind: "code"; readonly text: string; readonly textName: string; readonly language: string };

/** How far an "always" goes: every call of the tool, or those to this path or host. */
export type ApprovalScope = "tool" | "path" | "host";
export const APPROVAL_SCOPES: readonly ApprovalScope[] = ["tool", "path", "host"];

/** What a call with these arguments touches; they are a model's and may be anything. */
export function targetsOf(touches: readonly CallTouch[], args: unknown): readonly CallTarget[] {
  if (!isObject(args)) return [];
  const text = (name: string | undefined) => {
    const value = name !== undefined && Object.hasOwn(args, name) ? args[name] : undefined;
    return typeof value === "string" ? value : undefined;
  };
  return touches.flatMap((touch): readonly CallTarget[] => {
    if (touch.kind === "code") {
      const code = text(touch.code);
      if (code === undefined) return [];
      return [{ kind: "code", text: code, textName: touch.code, language: touch.language }];
    }
    if (touch.kind === "request") {
      const url = text(touch.url);
      const host = touch.host ?? (url === undefined ? undefined : URL.parse(url)?.host || undefined);
      return [{
        kind: "request",
        method: touch.method,
        ...(url === undefined ? {} : { url }),
        ...(host === undefined ? {} : { host }),
      }];
    }
    const path = text(touch.path);
    if (path === undefined) return [];
    const place = placeOf(touch.root, path);
    const written = text(touch.text);
    return [{
      kind: "file",
      root: touch.root,
      path,
      ...(place === undefined ? {} : { place }),
      ...(written === undefined ? {} : { text: written, textName: touch.text! }),
      isAppended: touch.append !== undefined && args[touch.append] === true,
    }];
  });
}

/** The same place has the same text; one that leads upwards, or that only some systems understand, has none. */
function placeOf(root: string, path: string): string | undefined {
  if (/^(?:[/\\]|[A-Za-z]:)|[\\\0]/.test(path)) return undefined;
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  return names.length === 0 || names.includes("..") ? undefined : [root, ...names].join("/");
}

/** What calls an "always" of this scope is about, of one tool; `undefined` where the call has nothing of that kind. */
export function scopeValue(scope: ApprovalScope, targets: readonly CallTarget[]): string | undefined {
  if (scope === "tool") return "";
  // A call that touches something else too is not only about this.
  const [value, ...others] = new Set(
    targets.map((target) =>
      scope === "path" && target.kind === "file"
        ? target.place
        : scope === "host" && target.kind === "request"
        ? target.host
        : undefined
    ),
  );
  return others.length === 0 ? value : undefined;
}

/** What a store has of it, which may be anything. */
export function readTouches(value: unknown): readonly CallTouch[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isTouch);
}

function isTouch(value: unknown): value is CallTouch {
  if (!isObject(value)) return false;
  const has = (name: string) => typeof value[name] === "string";
  const may = (name: string) => value[name] === undefined || has(name);
  if (value["kind"] === "file") return has("root") && has("path") && may("text") && may("append");
  if (value["kind"] === "request") return has("method") && may("url") && may("host");
  return value["kind"] === "code" && has("code") && has("language");
}
