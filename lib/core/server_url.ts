import { AgentOpError } from "./errors.ts";

/** What is wrong with a server's URL, and what helps. */
export interface ServerUrlAdvice {
  /** Where the URL comes from: `MISTRAL_SERVER_URL`. */
  readonly variable: string;
  readonly example: string;
  /** Where the key goes, when it does not belong in the URL. */
  readonly keyVariable: string;
}

/** A server's URL, read and checked; throws `AgentOpError` that names the variable. */
export function readServerUrl(text: string, { variable, example, keyVariable }: ServerUrlAdvice): URL {
  // What a URL may hide besides an address: a name, a password, a query.
  const shown = text.replace(/^([a-z+.-]{0,20}:\/\/)?[^/?#]*@/i, "$1***@").replace(/([?#])[^]*$/, "$1…");
  const fail = (reason: string, remedy = `${variable}=${example}`) =>
    new AgentOpError(`Cannot use the server URL of ${variable}: ${reason}: got "${shown}"`, { remedy });
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) throw fail("it is not a URL");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw fail("it must begin with http:// or https://");
  }
  if (url.username || url.password) {
    throw fail("it contains a user name or password", `pass the key as ${keyVariable}`);
  }
  if (url.search || url.hash) throw fail("it contains a query or fragment", "leave out what follows ? or #");
  return url;
}
