import type { Scenario } from "./scenario.ts";

/**
 * Scripts for the demo agents, recognised by a phrase of their instructions. Figures come from what the tools returned,
 * so another data file, or an edited tool result in a replay, gives another answer. Other prompts are left to the rules.
 */
export const BUILTIN_SCENARIOS: readonly Scenario[] = [
  {
    name: "demo-researcher",
    match: {
      model: "*",
      agent: "\\bYou are the researcher",
      prompt:
        "\\b(rows?|records?|lines)\\b[\\s\\S]*\\brevenue\\b|\\brevenue\\b[\\s\\S]*\\b(rows?|records?|lines)\\b",
      hasTool: "read_file",
    },
    per: "turn",
    steps: [
      {
        text: "First I look at what the data folder holds.",
        toolCalls: [{ name: "list_files", arguments: { path: "." } }],
      },
      {
        toolCalls: [{
          name: "read_file",
          arguments: { path: "{{toolResult:list_files | match:[\\w./-]+\\.csv}}" },
        }],
      },
      {
        text: "The file has {{toolResult:read_file | csv.count}} rows; the calculator adds up their revenue.",
        toolCalls: [{
          name: "calculator",
          arguments: { expression: "{{toolResult:read_file | csv.terms:revenue}}" },
        }],
      },
      {
        text: "{{toolArgs:read_file | json:path}} has {{toolResult:read_file | csv.count}} rows. " +
          "Their total revenue is {{toolResult:calculator | number | fixed:2 | thousands}}, and the region that sold most is " +
          "{{toolResult:read_file | csv.top:region:revenue}}. Source: {{toolArgs:read_file | json:path}}.",
      },
    ],
  },
  {
    name: "demo-editor",
    match: { agent: "\\bYou are the editor", hasTool: "writer" },
    per: "turn",
    steps: [
      {
        text: "I hand the drafting to the writer.",
        toolCalls: [{ name: "writer", arguments: { prompt: "{{prompt | oneLine}}" } }],
      },
      { text: "Edited, {{toolResult:writer | words}} words:\n\n{{toolResult:writer | trim}}" },
    ],
  },
  {
    name: "demo-writer",
    match: { agent: "\\bYou are the writer" },
    per: "turn",
    steps: [{
      text:
        "Meet {{prompt | match:\\babout (.+?)[.?!]*\\s*$ | default:what you asked for}}. It does one thing well, tells you " +
        "when it is done, and keeps quiet the rest of the day.",
    }],
  },
  {
    name: "demo-flaky",
    match: { agent: "\\bYou are the flaky demo" },
    per: "turn",
    steps: [{
      faults: [{ status: 429, retryAfter: 1 }, { status: 503 }, { cut: 12 }],
      text:
        "A retry that comes at once meets the same trouble, so it should wait. Each wait is longer than the last and partly " +
        "random, so that many clients do not return together. When the server says how long, with Retry-After, that is the " +
        "least to wait.",
    }],
  },
];
