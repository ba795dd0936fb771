/**
 * What prompt caches did for runs: how much of each prompt was read from one, where a beginning ceased to be the same, which edit
 * did it and what that cost. Pure. Servers cache beginnings of prompts in blocks; what is compared is the request as it is on
 * record. Loaded by whoever needs it.
 *
 * @module
 */
export { CACHE_BLOCK_TOKENS, CacheCoach } from "./cache_coach.ts";
