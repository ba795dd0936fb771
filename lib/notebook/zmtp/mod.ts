/**
 * ZeroMQ's wire protocol as far as Jupyter needs it (ZMTP 3.0, no authentication, TCP). The maintained library is a native
 * addon, which a bundle or a compiled program cannot carry.
 *
 * @module
 */
export { BoundSocket, type Peer } from "./bind.ts";
export { ConnectedSocket } from "./connect.ts";
export { WireClosed } from "./frames.ts";
