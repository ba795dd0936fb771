import type { AlertStore } from "./alert.ts";
import type { BudgetStore } from "./budget.ts";
import type { ExchangeStore } from "./exchange.ts";
import type { KeyStore } from "./api_key.ts";
import type { ReceivedStore } from "./received.ts";
import type { EndpointNotes } from "./rate_limit.ts";
import type { ServerNotes } from "./server_note.ts";
import type { ExperimentViews } from "./experiment_overview.ts";
import type { ExperimentStore } from "./experiment.ts";
import type {
  DiffStore,
  EvaluationReader,
  FactsReader,
  ForkStore,
  RunControl,
  RunJournal,
  RunLeases,
  RunReader,
  StoreAdministration,
  StoreChanges,
  TableStore,
} from "./store_ports.ts";

/** A whole store. */
export interface Store
  extends
    RunJournal,
    RunReader,
    RunControl,
    RunLeases,
    StoreChanges,
    ForkStore,
    DiffStore,
    EvaluationReader,
    ExperimentStore,
    ExperimentViews,
    BudgetStore,
    AlertStore,
    ExchangeStore,
    FactsReader,
    TableStore,
    EndpointNotes,
    ServerNotes,
    KeyStore,
    ReceivedStore,
    StoreAdministration,
    AsyncDisposable {}
