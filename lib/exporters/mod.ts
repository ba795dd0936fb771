/**
 * Ways out: what runs look like for somebody who has neither the program nor the store. One file or folder each, and its line in
 * the list, from which `agentop export` has its formats and their help.
 *
 * @module
 */
import type { Exporter } from "../core/mod.ts";
import { html } from "./html/html.ts";
import { sqlite } from "./sqlite.ts";

export { html, sqlite };

export const EXPORTERS: readonly Exporter[] = [html, sqlite];
