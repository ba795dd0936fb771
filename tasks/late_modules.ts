/**
 * Node's modules in the bundle, loaded at their first use. Deno loads a builtin of Node's when a module that imports it is
 * evaluated: `node:fs`, `node:crypto` and `node:process` together take longer than listing the runs of a store.
 *
 * @module
 */

/** Part of every start: classes are made of one, paths are joined with the other. */
const EAGER: ReadonlySet<string> = new Set([
  "node:events",
  "node:path",
  "node:sqlite",
  "node:worker_threads",
]);
const IMPORT = /\bimport\s*([\w$]+)?\s*,?\s*(?:\{([^{}]*)\}|\*\s*as\s+([\w$]+))?\s*from\s*"(node:[\w/]+)";?/g;

/** What stands in for a value of a module until something is done with it: `value` is called then, once. */
const HELPER = "const lateValue=value=>{let it;const get=()=>it??=value();return new Proxy(function(){},{" +
  "apply:(_,self,args)=>Reflect.apply(get(),self,args),construct:(_,args,made)=>Reflect.construct(get(),args,made)," +
  "get:(_,key)=>Reflect.get(get(),key),has:(_,key)=>Reflect.has(get(),key)})};\n";

/** The text of a minified module whose imports of Node's modules wait until they are used. */
export function lateNodeModules(text: string): string {
  let changed = false;
  const late = text.replace(
    IMPORT,
    (
      statement,
      whole: string | undefined,
      names: string | undefined,
      all: string | undefined,
      from: string,
    ) => {
      if (EAGER.has(from)) return statement;
      const real = process.getBuiltinModule(from) as Record<string, unknown> | undefined;
      if (!real) return statement;
      const kept: string[] = [];
      const declared = [whole, all].filter((it) => it !== undefined).map((it) => declare(it, from));
      for (const part of names?.split(",") ?? []) {
        const [name, local] = part.trim().split(/\s+as\s+/) as [string, string | undefined];
        if (name === "default") declared.push(declare(local!, from));
        else if (canWait(real[name])) declared.push(declare(local ?? name, from, name));
        else if (name !== "") kept.push(part);
      }
      if (declared.length === 0) return statement;
      changed = true;
      return (kept.length > 0 ? `import{${kept.join(",")}}from"${from}";` : "") + declared.join("");
    },
  );
  return changed ? HELPER + late : text;
}

/** A text or a number cannot be stood in for. */
function canWait(value: unknown): boolean {
  return typeof value === "function" || typeof value === "object" && value !== null;
}

function declare(local: string, from: string, name?: string): string {
  return `const ${local}=lateValue(()=>process.getBuiltinModule("${from}")${
    name === undefined ? "" : `.${name}`
  });`;
}
