import { AgentOpError, reasonOf } from "../../core/mod.ts";
import type { EngineUpkeep } from "../engine.ts";
import { MEMORY } from "./location.ts";
import type { Connection } from "./open.ts";
import { copyWhole } from "./whole_copy.ts";

export function createUpkeep({ path, sqlite }: Connection): EngineUpkeep {
  const pragma = (name: string) => Number(sqlite.prepare(`pragma ${name}`).get()?.[name]);
  return {
    async sizeBytes() {
      const wal = path === MEMORY ? 0 : await Deno.stat(`${path}-wal`).then((it) => it.size, () => 0);
      return pragma("page_count") * pragma("page_size") + wal;
    },

    async space() {
      const usedBytes = (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
      const size = (file: string) => Deno.stat(file).then((it) => it.size, () => 0);
      const diskBytes = path === MEMORY ? 0 : await size(path) + await size(`${path}-wal`);
      return { usedBytes, diskBytes };
    },

    giveBack() {
      try {
        sqlite.prepare("pragma incremental_vacuum").all();
        sqlite.prepare("pragma wal_checkpoint(truncate)").get();
      } catch { /* others are at work: what is free is used again */ }
    },

    problems(max, look) {
      const check = look === "quick" ? "quick_check" : "integrity_check";
      const rows = sqlite.prepare(`pragma ${check}(${max})`).all();
      return Promise.resolve(rows.map((row) => String(Object.values(row)[0])).filter((it) => it !== "ok"));
    },

    async backupTo(target) {
      if (await Deno.stat(target).then(() => true, () => false)) {
        throw new AgentOpError(`Cannot back up to ${target}: the file exists`, { remedy: "another name" });
      }
      try {
        await copyWhole(sqlite, target);
      } catch (error) {
        throw new AgentOpError(`Cannot back up to ${target}: ${reasonOf(error)}`, {
          remedy: "a folder you may write to",
          cause: error,
        });
      }
    },

    async copyTables(target, options) {
      if (path === MEMORY) {
        throw new AgentOpError("Cannot copy the tables: the store is in memory", {
          remedy: "a store in a file",
        });
      }
      await (await import("./table_copy.ts")).copyTables(path, target, options);
    },
  };
}
