/**
 * Following runs that others work on, in this process or another one: what changed is read and folded with the one reducer; no
 * follower loads a whole run again.
 *
 * @module
 */
export { follow, type Followed, type FollowedStore, type FollowOptions } from "./follow.ts";
export { nextTrace, TraceKeeper } from "./next_trace.ts";
export { RetoldEvents } from "./retold_events.ts";
