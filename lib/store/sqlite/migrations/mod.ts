/**
 * The schema's history: named, append-only. A released migration is never edited; a change is a new file.
 *
 * @module
 */
import type { Migration } from "kysely/migration";
import { init } from "./0001_init.ts";
import { forks } from "./0002_forks.ts";
import { errorRemedy } from "./0003_error_remedy.ts";
import { views } from "./0004_views.ts";
import { changes } from "./0005_changes.ts";
import { warnings } from "./0006_warnings.ts";
import { estimates } from "./0007_estimates.ts";
import { clock } from "./0008_clock.ts";
import { money } from "./0009_money.ts";
import { identity } from "./0010_identity.ts";
import { experiments } from "./0011_experiments.ts";
import { digests } from "./0012_digests.ts";
import { experimentViews } from "./0013_experiment_views.ts";
import { budgets } from "./0014_budgets.ts";
import { experimentDigests } from "./0015_experiment_digests.ts";
import { apiKeys } from "./0016_api_keys.ts";
import { alerts } from "./0020_alerts.ts";
import { exchanges } from "./0019_exchanges.ts";
import { received } from "./0017_received.ts";
import { exported } from "./0018_exported.ts";
import { servers } from "./0021_servers.ts";
import { alertDays } from "./0022_alert_days.ts";

export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001_init": init,
  "0002_forks": forks,
  "0003_error_remedy": errorRemedy,
  "0004_views": views,
  "0005_changes": changes,
  "0006_warnings": warnings,
  "0007_estimates": estimates,
  "0008_clock": clock,
  "0009_money": money,
  "0010_identity": identity,
  "0011_experiments": experiments,
  "0012_digests": digests,
  "0013_experiment_views": experimentViews,
  "0014_budgets": budgets,
  "0015_experiment_digests": experimentDigests,
  "0016_api_keys": apiKeys,
  "0017_received": received,
  "0018_exported": exported,
  "0019_exchanges": exchanges,
  "0020_alerts": alerts,
  "0021_servers": servers,
  "0022_alert_days": alertDays,
};

/** Kept in `PRAGMA user_version`, so that opening an up-to-date store needs no query planner and no lock. */
export const SCHEMA_VERSION = Object.keys(MIGRATIONS).length;
