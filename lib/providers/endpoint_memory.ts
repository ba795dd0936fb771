import { createHash } from "node:crypto";
import { type EndpointNote, type EndpointNotes, type Host, nowUs, type RateLimit } from "../core/mod.ts";

/** Servers are upgraded: a field that was refused is tried again after this time. */
const REFUSAL_MAX_AGE_US = 7 * 86_400_000_000;
/** Limits are written at most this often, unless one was hit. */
const SAVE_INTERVAL_MS = 2_000;

export interface EndpointMemoryOptions {
  readonly host: Host;
  readonly address: string;
  readonly apiKey: string;
  /** Where it is shared with other processes; without it, it lasts as long as this one. */
  readonly notes?: EndpointNotes | undefined;
}

/** A key by a short hash: enough to tell keys apart, nothing to call with. */
export function keyIdOf(apiKey: string): string {
  return apiKey === "" ? "" : createHash("sha256").update(`agentop ${apiKey}`).digest("hex").slice(0, 8);
}

/** What one server is known to refuse and how much of its limits is left. A store that fails is no trouble for a call. */
export class EndpointMemory {
  readonly #options: EndpointMemoryOptions;
  readonly #refused = new Set<string>();
  #limits: readonly RateLimit[] = [];
  #savedMs = -Infinity;
  #loading: Promise<void> | undefined;

  constructor(options: EndpointMemoryOptions) {
    this.#options = options;
  }

  /** Whether the server is known to refuse a field of requests. */
  async refuses(field: string): Promise<boolean> {
    await (this.#loading ??= this.#load());
    return this.#refused.has(field);
  }

  async noteRefusal(field: string): Promise<void> {
    this.#refused.add(field);
    await this.#save();
  }

  /** Notes what an answer said of limits; `isHit`: it was refused because of one. */
  async noteLimits(limits: readonly RateLimit[], { isHit }: { readonly isHit: boolean }): Promise<void> {
    if (limits.length === 0) return;
    this.#limits = limits;
    const ageMs = this.#options.host.now() - this.#savedMs;
    if (isHit || ageMs >= SAVE_INTERVAL_MS) await this.#save();
  }

  async #load(): Promise<void> {
    const { notes, host, address } = this.#options;
    const known = await notes?.endpointNotes().catch(() => []) ?? [];
    const oldest = nowUs(host) - REFUSAL_MAX_AGE_US;
    for (const note of known) {
      if (note.address !== address || note.notedAtUs < oldest) continue;
      for (const field of note.refusedFields) this.#refused.add(field);
    }
  }

  async #save(): Promise<void> {
    const { notes, host, address, apiKey } = this.#options;
    this.#savedMs = host.now();
    const note: EndpointNote = {
      address,
      keyId: keyIdOf(apiKey),
      refusedFields: [...this.#refused],
      limits: this.#limits,
      notedAtUs: nowUs(host),
    };
    await notes?.saveEndpointNote(note).catch(() => {});
  }
}
