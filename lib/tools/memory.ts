import { z } from "zod";
import { NO_PERMISSIONS, type Tool } from "../core/mod.ts";
import { grouped } from "../present/mod.ts";
import { defineTool } from "./define_tool.ts";
import { ToolFailure } from "./tool_failure.ts";

/** What an agent keeps between steps. Any string is a key, `__proto__` too: implementations must not be plain objects. */
export interface KeyValueMemory {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  /** `false` when there was nothing to delete. */
  delete(key: string): boolean;
  entries(): Iterable<readonly [string, unknown]>;
}

export const MEMORY_MAX_KEYS = 200;
export const MEMORY_MAX_KEY_LENGTH = 200;
export const MEMORY_MAX_VALUE_BYTES = 16_384;

const KEY = z.string().min(1).max(MEMORY_MAX_KEY_LENGTH).describe("Name of the entry");

/** The tools of an agent with `memory: { keyValue: true }`: `memory_set`, `memory_get`, `memory_list`, `memory_delete`. */
export function createMemoryTools(memory: KeyValueMemory): readonly Tool[] {
  return [setTool(memory), getTool(memory), listTool(memory), deleteTool(memory)];
}

function setTool(memory: KeyValueMemory): Tool {
  return defineTool({
    name: "memory_set",
    description: "Remember a JSON value under a key, replacing what was there.",
    arguments: z.strictObject({ key: KEY, value: z.json().describe("Any JSON value") }),
    permissions: NO_PERMISSIONS,
    idempotent: true,
    summary: ({ key, value }) => `${key} = ${JSON.stringify(value)}`,
    execute({ key, value }) {
      const bytes = new TextEncoder().encode(JSON.stringify(value)).length;
      if (bytes > MEMORY_MAX_VALUE_BYTES) {
        const limit = grouped(MEMORY_MAX_VALUE_BYTES);
        throw new ToolFailure(
          `Cannot remember "${key}": it has ${grouped(bytes)} bytes, at most ${limit} fit.`,
        );
      }
      const keys = keysOf(memory);
      if (!keys.includes(key) && keys.length >= MEMORY_MAX_KEYS) {
        throw new ToolFailure(
          `Cannot remember "${key}": ${MEMORY_MAX_KEYS} keys are in use. Try: memory_delete.`,
        );
      }
      memory.set(key, value);
      return Promise.resolve({ content: `Remembered "${key}".` });
    },
  });
}

function getTool(memory: KeyValueMemory): Tool {
  return defineTool({
    name: "memory_get",
    description: "Recall the JSON value under a key.",
    arguments: z.strictObject({ key: KEY }),
    permissions: NO_PERMISSIONS,
    idempotent: true,
    summary: ({ key }) => key,
    execute({ key }) {
      const value = memory.get(key);
      if (value !== undefined) return Promise.resolve({ content: JSON.stringify(value) });
      throw new ToolFailure(`Nothing is remembered under "${key}". Try: memory_list.`);
    },
  });
}

function listTool(memory: KeyValueMemory): Tool {
  return defineTool({
    name: "memory_list",
    description: "List the keys of everything remembered.",
    arguments: z.strictObject({}),
    permissions: NO_PERMISSIONS,
    idempotent: true,
    summary: () => "",
    execute: () => Promise.resolve({ content: JSON.stringify(keysOf(memory).sort()) }),
  });
}

function deleteTool(memory: KeyValueMemory): Tool {
  return defineTool({
    name: "memory_delete",
    description: "Forget the value under a key.",
    arguments: z.strictObject({ key: KEY }),
    permissions: NO_PERMISSIONS,
    idempotent: true,
    summary: ({ key }) => key,
    execute: ({ key }) =>
      Promise.resolve({
        content: memory.delete(key) ? `Forgot "${key}".` : `Nothing was remembered under "${key}".`,
      }),
  });
}

function keysOf(memory: KeyValueMemory): string[] {
  return Array.from(memory.entries(), ([key]) => key);
}
