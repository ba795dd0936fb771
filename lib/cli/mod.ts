/**
 * The command line: reads arguments and environment once, wires everything together, prints. One file per command.
 *
 * @module
 */
export { main } from "./program.ts";
