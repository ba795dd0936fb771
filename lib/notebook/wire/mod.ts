/**
 * Jupyter's messages (protocol 5.3): the connection file, signatures, headers. Nothing here knows what a kernel does.
 *
 * @module
 */
export { type Connection, connectionText, newConnection, readConnectionFile } from "./connection.ts";
export { contentOf, type Header, type Message, MessageCodec, type Outgoing } from "./message.ts";
