import { AgentOpError, type Finder, nearest } from "../../core/mod.ts";
import { readTextFile } from "../../schema/mod.ts";
import { card, email, iban, marked, names, phone, type Places } from "./personal_data.ts";
import { Vault, type VaultPlace } from "./vault.ts";

/** What `--redact` may name. */
const REDACTION_RULES = ["email", "phone", "iban", "card", "names"] as const;
type RuleName = (typeof REDACTION_RULES)[number];

const NAMES_MAX_BYTES = 1024 * 1024;
const NAMES_MAX = 10_000;
const NAME_MIN_CHARS = 2;
const SHOWN_CHARS = 60;
/** Of the longest number or name, with spaces. */
const REACH_CHARS = 96;

/** Personal data by rules like `email,phone=FR,names=people.txt`. Throws `AgentOpError` for a rule that there is none of. */
export async function personalData(text: string, place?: VaultPlace): Promise<Finder> {
  const vault = place && await Vault.open(place);
  const rules = await Promise.all(
    text.split(",").map((it) => it.trim()).filter((it) => it !== "").map(async (rule) => {
      const [name, value] = split(rule);
      const mark = (found: string) =>
        vault ? vault.mark(markName(name), found) : `[redacted ${markName(name)}]`;
      return { places: await placesOf(name, value, rule), mark };
    }),
  );
  if (rules.length === 0) throw unknown(text);
  return { find: (text) => marked(text, rules), reach: REACH_CHARS, isPersonal: true };
}

function split(rule: string): readonly [RuleName, string | undefined] {
  const at = rule.indexOf("=");
  const name = (at < 0 ? rule : rule.slice(0, at)).trim().toLowerCase();
  const found = REDACTION_RULES.find((it) => it === name);
  if (found === undefined) throw unknown(name);
  return [found, at < 0 ? undefined : rule.slice(at + 1).trim()];
}

const markName = (name: RuleName) => name === "names" ? "name" : name;

async function placesOf(name: RuleName, value: string | undefined, rule: string): Promise<Places> {
  if (name === "names") return names(await nameList(value));
  if (name === "phone") {
    if (value !== undefined && !/^[A-Z]{2}$/.test(value)) {
      throw bad(rule, "a country has two letters", "phone=FR");
    }
    return phone(value);
  }
  if (value !== undefined) throw bad(rule, `${name} takes no value`, name);
  return { email, iban, card }[name];
}

async function nameList(path: string | undefined): Promise<readonly string[]> {
  if (path === undefined || path === "") {
    throw bad("names", "it needs a file, a name on each line", "names=FILE");
  }
  const text = await readTextFile(path, { maxBytes: NAMES_MAX_BYTES, verb: "redact the names of" });
  const list = [...new Set(text.split(/\r?\n/).map((it) => it.trim()))].filter((it) =>
    it.length >= NAME_MIN_CHARS
  );
  if (list.length === 0) throw bad(`names=${path}`, "the file has no names", "a name on each line");
  if (list.length > NAMES_MAX) {
    throw bad(`names=${path}`, `there are more than ${NAMES_MAX} names`, "fewer names");
  }
  return list;
}

function unknown(name: string): AgentOpError {
  const guess = nearest(name, REDACTION_RULES) ?? REDACTION_RULES.join(",");
  return bad(name, `rules are ${REDACTION_RULES.join(", ")}`, `--redact ${guess}`);
}

function bad(rule: string, reason: string, remedy: string): AgentOpError {
  return new AgentOpError(`Cannot redact by ${JSON.stringify(rule.slice(0, SHOWN_CHARS))}: ${reason}`, {
    remedy,
  });
}
