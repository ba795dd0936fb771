import { isObject } from "../core/mod.ts";
import type { OfferedTool } from "./chat_body.ts";
import type { Json } from "./body_reader.ts";
import { valueForSchema } from "./schema_value.ts";

export interface PlannedCall {
  readonly name: string;
  readonly arguments: Json;
}

/** A value for the first property with one of these names. */
interface Wish {
  readonly names: readonly string[];
  readonly value: string;
}

interface ToolRule {
  readonly tool: RegExp;
  /** What to pass when the prompt asks for this tool, else `undefined`. */
  wishes(prompt: string, tool: OfferedTool): readonly Wish[] | undefined;
}

const MAX_PROMPT = 20_000;
const FILE_NAME =
  /(?<![\w/:.-])(?:[\w-]+\/)*[\w-]+\.(?:csv|tsv|txt|md|json|jsonl|ya?ml|toml|xml|html|log|ts|js|py|sql)\b/i;

const RULES: readonly ToolRule[] = [
  {
    tool: /^(calc|calculator|calculate|math|eval_math)/i,
    wishes: (prompt) => wish(arithmeticIn(prompt), ["expression", "expr", "formula", "input"]),
  },
  {
    tool: /list_?(files|dir|directory|folder)|^ls$/i,
    wishes: (prompt) =>
      /\b(list|which|what|show|any|how many)\b[^.?!]*\b(files?|folder|directory)\b/i.test(prompt)
        ? []
        : undefined,
  },
  {
    tool: /read_?(text_?)?file|^cat$/i,
    wishes: (prompt) => wish(FILE_NAME.exec(prompt)?.[0], ["path", "file", "filename", "name"]),
  },
  {
    tool: /current_?time|get_?time|^(clock|now|time)$/i,
    wishes: (prompt) =>
      /\b(what|current|tell)\b[^.?!]*\b(time|date|day)\b|\btoday\b|\bright now\b/i.test(prompt)
        ? []
        : undefined,
  },
  {
    tool: /http_?get|fetch|download|browse|open_url/i,
    wishes: (prompt) =>
      wish(/https?:\/\/[^\s<>"')\]]+[^\s<>"')\].,;:!?]/i.exec(prompt)?.[0], ["url", "uri", "address"]),
  },
  { tool: /remember|memory_?(set|write|save|store|add|put)|(set|save|store)_?memory/i, wishes: memoryToKeep },
  { tool: /recall|memory_?(get|read|search|find)|(get|read|search)_?memory/i, wishes: memoryToRecall },
];

/**
 * The tool calls a prompt suggests, in the order a careful model would make them, with arguments that fit the tools' schemas.
 * At most one for each tool.
 */
export function suggestCalls(fullPrompt: string, tools: readonly OfferedTool[]): readonly PlannedCall[] {
  const prompt = fullPrompt.slice(0, MAX_PROMPT);
  const calls: PlannedCall[] = [];
  const planned = new Set<string>();
  const plan = (tool: OfferedTool, wishes: readonly Wish[]) => {
    if (planned.has(tool.name)) return;
    planned.add(tool.name);
    calls.push({ name: tool.name, arguments: argumentsFor(tool, prompt, wishes) });
  };
  for (const rule of RULES) {
    const tool = tools.find((candidate) => rule.tool.test(candidate.name));
    const wishes = tool && rule.wishes(prompt, tool);
    if (tool && wishes) plan(tool, wishes);
  }
  for (const tool of tools) {
    if (!RULES.some((rule) => rule.tool.test(tool.name)) && mentions(prompt, tool.name)) plan(tool, []);
  }
  return calls;
}

/** Arguments that fit the tool's schema: the wishes where a property takes them, the prompt or a sample elsewhere. */
export function argumentsFor(tool: OfferedTool, prompt: string, wishes: readonly Wish[] = []): Json {
  const sample = valueForSchema(tool.parameters, { text: prompt, onlyRequired: true });
  const args: Record<string, unknown> = isObject(sample) ? { ...sample } : {};
  const properties = isObject(tool.parameters.properties) ? tool.parameters.properties : {};
  const strings = Object.keys(properties).filter((name) =>
    isObject(properties[name]) && takesText(properties[name])
  );
  for (const { names, value } of wishes) {
    const target = names.find((name) => strings.includes(name)) ?? strings.find((name) => name in args) ??
      strings[0];
    if (target !== undefined) args[target] = value;
  }
  return args;
}

function takesText(schema: Json): boolean {
  const type = schema.type;
  return (type === undefined || type === "string" || (Array.isArray(type) && type.includes("string"))) &&
    !("enum" in schema);
}

function wish(value: string | undefined, names: readonly string[]): readonly Wish[] | undefined {
  return value === undefined ? undefined : [{ names, value }];
}

/** A tool is asked for by its name, written with underscores, hyphens or blanks. Very short names would match by chance. */
function mentions(prompt: string, name: string): boolean {
  if (name.length < 4) return false;
  const words = name.split(/[_\-\s]+/).map((word) => word.replace(/[^\w]/g, "\\$&")).join("[_\\-\\s]");
  return new RegExp(`\\b${words}\\b`, "i").test(prompt);
}

/** Of a prompt: further down it quotes. */
const ARITHMETIC_MAX_CHARS = 4_000;

const SPOKEN: readonly (readonly [RegExp, string])[] = [
  [/\s+plus\s+/gi, " + "],
  [/\s+minus\s+/gi, " - "],
  [/\s+(?:times|multiplied by)\s+/gi, " * "],
  [/\s+divided by\s+/gi, " / "],
  [/(\d+(?:\.\d+)?)\s*(?:%|percent)\s+of\s+(\d+(?:\.\d+)?)/gi, "$1 / 100 * $2"],
  [/×/g, "*"],
  [/÷/g, "/"],
];

/** The longest arithmetic expression in a text, written for a calculator. */
export function arithmeticIn(text: string): string | undefined {
  let spoken = text.slice(0, ARITHMETIC_MAX_CHARS).replace(/https?:\/\/\S+|\b\d{4}-\d{2}-\d{2}\b/g, " ? ");
  for (const [pattern, symbol] of SPOKEN) spoken = spoken.replace(pattern, symbol);
  let best = "";
  for (const [run] of spoken.matchAll(/(?:(?<![\w)])-)?[\d(.][\d\s.()+\-*/^]*/g)) {
    const expression = balanced(run.replace(/[\s+\-*/^(.]+$/, "").trim());
    if (/[\d)]\s*[+\-*/^]\s*[\d(.\-]/.test(expression) && expression.length > best.length) best = expression;
  }
  return best === "" ? undefined : best;
}

/** Cuts at the first bracket that closes nothing, and closes those left open. */
function balanced(expression: string): string {
  let open = 0;
  for (let i = 0; i < expression.length; i++) {
    if (expression[i] === "(") open++;
    if (expression[i] === ")" && --open < 0) return expression.slice(0, i).trim();
  }
  return expression + ")".repeat(open);
}

const KEY_NAMES = ["key", "name", "topic", "query"];

function memoryToKeep(prompt: string): readonly Wish[] | undefined {
  const fact = /\bremember(?: that)?:?\s+(?:my |the |our )?([^.?!\n]{1,500})/i.exec(prompt)?.[1];
  if (fact === undefined || /\bdo you remember\b/i.test(prompt)) return undefined;
  const [, key, value] = /^(.{1,60}?)\s+(?:is|are|=)\s+(.+)$/i.exec(fact) ??
    [undefined, fact.slice(0, 40), fact];
  return [
    { names: KEY_NAMES, value: slug(key!) },
    { names: ["value", "text", "content", "fact", "note"], value: value!.trim() },
  ];
}

function memoryToRecall(prompt: string): readonly Wish[] | undefined {
  const asked =
    /\b(?:recall|do you remember|what(?:'s| is| was| are) (?:my|our))\s+(?:my |the |our )?([^.?!\n]{1,60})/i
      .exec(prompt);
  return asked ? [{ names: KEY_NAMES, value: slug(asked[1]!) }] : undefined;
}

function slug(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_+|_+$/g, "").slice(0, 40) || "note";
}
