import { z } from "zod";
import { NO_PERMISSIONS, type ToolContext, type ToolResult } from "../core/mod.ts";
import { defineFactory, secondsSetting, type ToolDependencies } from "./factory.ts";
import { defineTool } from "./define_tool.ts";
import {
  type AllowedHost,
  checkedAddress,
  checkUrl,
  parseAllowedHost,
  showAllowed,
} from "./network_guard.ts";
import { abortable, connectionReason } from "./connection.ts";
import { capText } from "./output.ts";
import { pinnedRequest, type PinnedResponse } from "./pinned_request.ts";
import { ToolFailure } from "./tool_failure.ts";

const MAX_REDIRECTS = 5;
const MAX_ALLOWED_HOSTS = 100;
const MAX_URL_LENGTH = 4_096;
/** Whatever the run allows: a body is held in memory. */
const MAX_BODY_BYTES = 8_388_608;
const HOST_EXPECTED = "must be a host, without https:// and without a path";
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const TEXT_TYPES =
  /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml|yaml|x-yaml|x-ndjson|jsonl|javascript|csv|graphql|toml|sql)\b|image\/svg\+xml)/i;

export const httpGet = defineFactory({
  name: "http_get",
  description: "Gets text from web servers on an allow list.",
  permissions:
    "reaches the hosts in `allow`, and private addresses only where `allow` names host and port exactly",
  configSchema: z.strictObject({
    allow: z.array(
      z.string().refine((entry) => parseAllowedHost(entry) !== undefined, HOST_EXPECTED),
    ).min(1).max(MAX_ALLOWED_HOSTS).describe(
      "hosts it may reach: `api.example.org`, `*.example.org`, `localhost:8080`",
    ),
    timeoutSeconds: secondsSetting(300, 20, "of one request, redirects included"),
  }),
  example: '- http_get: { allow: [api.example.org, "*.example.com", "localhost:8080"] }',
  create({ allow, timeoutSeconds }, deps) {
    const allowed = allow.map((entry) => parseAllowedHost(entry)!); // the schema lets no other pass
    const names = allowed.map(showAllowed);
    return defineTool({
      name: "http_get",
      description: `Get a text document by URL (HTTP GET). Allowed hosts: ${names.join(", ")}.`,
      arguments: z.strictObject({
        url: z.string().min(1).max(MAX_URL_LENGTH).describe("Absolute http or https URL"),
      }),
      permissions: { ...NO_PERMISSIONS, net: names },
      idempotent: true,
      touches: [{ kind: "request", method: "GET", url: "url" }],
      summary: ({ url }) => url,
      async execute({ url }, context) {
        const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
        const signal = AbortSignal.any([context.signal, timeout]);
        try {
          const { response, finalUrl } = await follow(url, allowed, deps, { ...context, signal });
          return toResult(response, finalUrl, context.maxOutputBytes);
        } catch (error) {
          if (error instanceof ToolFailure) throw error;
          context.signal.throwIfAborted();
          if (timeout.aborted) {
            throw new ToolFailure(`Cannot get the URL: no answer within ${timeoutSeconds} s.`);
          }
          throw new ToolFailure(`Cannot get the URL: ${connectionReason(error)}.`);
        }
      },
    });
  },
});

/** Follows redirects by hand: each target passes the same checks as the first. */
async function follow(
  text: string,
  allowed: readonly AllowedHost[],
  deps: ToolDependencies,
  context: ToolContext,
): Promise<{ response: PinnedResponse; finalUrl: URL }> {
  let url = URL.parse(text);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    if (!url) throw new ToolFailure("Cannot get the URL: it is not an absolute URL.");
    const { mayBePrivate } = checkUrl(url, allowed);
    const address = await abortable(checkedAddress(url, mayBePrivate, deps.resolveHost), context.signal);
    const response = await pinnedRequest(url, address, {
      // No cookies, no credentials; a compressed body could be a bomb.
      headers: {
        accept: "text/*, application/json, application/xml",
        "accept-encoding": "identity",
        "user-agent": "agentop",
      },
      maxBytes: Math.min(context.maxOutputBytes, MAX_BODY_BYTES),
      signal: context.signal,
      wantsBody: (head) => redirectOf(head) === undefined && refusal(head) === undefined,
    });
    const target = redirectOf(response);
    if (target === undefined) return { response, finalUrl: url };
    url = URL.parse(target, url);
  }
  throw new ToolFailure(`Cannot get the URL: more than ${MAX_REDIRECTS} redirects.`);
}

type Head = Pick<PinnedResponse, "statusCode" | "header">;

function redirectOf(head: Head): string | undefined {
  return REDIRECTS.has(head.statusCode) ? head.header("location") || undefined : undefined;
}

function refusal(head: Head): string | undefined {
  const type = head.header("content-type");
  if (type !== "" && !TEXT_TYPES.test(type)) {
    return `the answer is ${JSON.stringify(type.slice(0, 80))}, not text`;
  }
  const encoding = head.header("content-encoding");
  return encoding === "" || encoding === "identity" ? undefined : "the server compressed the answer unasked";
}

function toResult(response: PinnedResponse, url: URL, maxOutputBytes: number): ToolResult {
  const reason = refusal(response);
  if (reason !== undefined) throw new ToolFailure(`Cannot read ${url.href.slice(0, 200)}: ${reason}.`);
  const type = response.header("content-type");
  const head = `HTTP ${response.statusCode}${type === "" ? "" : ` ${type.slice(0, 80)}`}\n\n`;
  const announced = Number(response.header("content-length"));
  const unread = response.isCut ? Math.max(1, (announced || 0) - response.body.length) : 0;
  const { content, truncatedBytes } = capText(head + decode(response.body, type), maxOutputBytes, unread);
  return {
    content,
    ...(response.statusCode >= 400 ? { isError: true } : {}),
    ...(truncatedBytes > 0 ? { truncatedBytes } : {}),
    attributes: { "http.response.status_code": response.statusCode },
  };
}

function decode(body: Uint8Array, contentType: string): string {
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return new TextDecoder().decode(body); // a charset nobody knows
  }
}
