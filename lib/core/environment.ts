/** Model APIs by their names, with the variables that open them. The first one with a variable set is used. */
export const PROVIDERS = {
  mistral: { apiKey: "MISTRAL_API_KEY", serverUrl: "MISTRAL_SERVER_URL" },
} as const;

/** Services that tools reach, with the variables that open them: its key first. Tools are told these and nothing else. */
export const SERVICES = {
  "Weights & Biases": ["WANDB_API_KEY", "WANDB_ENTITY", "WANDB_PROJECT", "WANDB_BASE_URL"],
  "Hugging Face": ["HF_TOKEN", "HF_ENDPOINT"],
  "ElevenLabs": ["ELEVENLABS_API_KEY", "ELEVENLABS_BASE_URL"],
} as const;

/** Those that are a server's URL: an example, and the variable of its key. */
export const SERVICE_URLS = {
  WANDB_BASE_URL: { example: "https://api.wandb.ai", keyVariable: "WANDB_API_KEY" },
  ELEVENLABS_BASE_URL: { example: "https://api.elevenlabs.io", keyVariable: "ELEVENLABS_API_KEY" },
  HF_ENDPOINT: { example: "https://huggingface.co", keyVariable: "HF_TOKEN" },
} as const;

/** Where ElevenLabs is when nobody says otherwise. */
export const ELEVENLABS_SERVER_URL = SERVICE_URLS.ELEVENLABS_BASE_URL.example;

export const SERVICE_VARIABLES = Object.values(SERVICES).flat();

/** Where alerts go, and what signs them: rules name these, so that no secret is in a store. */
export const ALERT_VARIABLES = [
  "AGENTOP_ALERT_KEY",
  "AGENTOP_ALERT_WEBHOOK",
  "AGENTOP_ALERT_SLACK",
  "AGENTOP_ALERT_DISCORD",
  "AGENTOP_ALERT_SMTP",
  "AGENTOP_ALERT_FROM",
  "AGENTOP_ALERT_1",
  "AGENTOP_ALERT_2",
  "AGENTOP_ALERT_3",
  "AGENTOP_ALERT_4",
] as const;

/** Every variable the program reads. */
export const ENVIRONMENT = [
  ...Object.values(PROVIDERS).flatMap(({ apiKey, serverUrl }) => [apiKey, serverUrl]),
  "MISTRAL_MODEL",
  "MAX_TOKENS",
  "TEMPERATURE",
  "MISTRAL_RETRY_MAX_ATTEMPTS",
  "MISTRAL_RETRY_MIN_WAIT",
  "MISTRAL_RETRY_MAX_WAIT",
  "AGENTOP_HOME",
  "AGENTOP_STORE",
  "AGENTOP_AGENTS",
  "AGENTOP_TZ",
  "AGENTOP_REDACT",
  "AGENTOP_VAULT",
  "AGENTOP_VAULT_KEY",
  ...SERVICE_VARIABLES,
  ...ALERT_VARIABLES,
  "ELEVENLABS_PLAN",
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_EXPORTER_OTLP_HEADERS",
  "NO_COLOR",
  "FORCE_COLOR",
  "TERM",
  "COLORTERM",
  "VISUAL",
  "EDITOR",
  "HOME",
  "USERPROFILE",
  "LOCALAPPDATA",
  "XDG_DATA_HOME",
  "JUPYTER_DATA_DIR",
  "JUPYTER_PATH",
  "GITHUB_ACTIONS",
] as const;

/** What a process of ours starts with, whatever it does: where Deno keeps packages, languages and time zones. No key. */
export const PROCESS_ENVIRONMENT = [
  "DENO_DIR",
  "HOME",
  "LANG",
  "LOCALAPPDATA",
  "PATH",
  "SystemRoot",
  "TEMP",
  "TMPDIR",
  "TZ",
  "USERPROFILE",
  "XDG_CACHE_HOME",
] as const;

/** What Deno itself looks at when it reaches the network. */
export const NETWORK_ENVIRONMENT = [
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "SSL_CERT_FILE",
  "http_proxy",
  "https_proxy",
  "no_proxy",
] as const;

/** What packages ask for: `yaml` for its own debugging, the terminal library to know the terminal it is in. */
export const LIBRARY_ENVIRONMENT = [
  "LOG_STREAM",
  "LOG_TOKENS",
  "TERM_PROGRAM",
  "WT_SESSION",
  "SSH_TTY",
  "SSH_CONNECTION",
  "SSH_CLIENT",
  "PI_TUI_WRITE_LOG",
  "PI_TUI_ESC_TIMEOUT",
  "PI_PROGRAM_STATUS",
  "LINES",
  "COLUMNS",
  "DISPLAY",
] as const;

/** All that may be read; the permission sets in deno.json list the same names. */
export const ALLOWED_ENVIRONMENT: readonly string[] = [
  ...new Set<string>([
    ...ENVIRONMENT,
    ...LIBRARY_ENVIRONMENT,
    ...PROCESS_ENVIRONMENT,
    ...NETWORK_ENVIRONMENT,
  ]),
];

/** All that a process gets which works on runs: what the program reads, keys among it. */
export const RUNNER_ENVIRONMENT: readonly string[] = [
  ...new Set<string>([...ENVIRONMENT, ...PROCESS_ENVIRONMENT, ...NETWORK_ENVIRONMENT]),
];
