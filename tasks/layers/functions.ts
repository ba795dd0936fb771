import ts from "typescript";

export interface CountedFunction {
  readonly name: string;
  /** Lines from its first to its last. */
  readonly length: number;
}

/** Every function, method and arrow function with a body, the nested ones too. */
export function countFunctions(path: string, text: string): readonly CountedFunction[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const line = (position: number) => source.getLineAndCharacterOfPosition(position).line;
  const found: CountedFunction[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body) {
      found.push({ name: nameOf(node), length: line(node.end) - line(node.getStart()) + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function nameOf(node: ts.SignatureDeclaration): string {
  const owner = node.name ? node : node.parent;
  const name = "name" in owner ? owner.name as ts.Node | undefined : undefined;
  return name?.getText() ?? "a function";
}
