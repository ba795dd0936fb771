/** A suite that the bundled agents pass on the simulator, and perhaps on a model. */
export const EXAMPLE_SUITE = `# Run it: agentop eval sales. Every key: agentop help suite
name: sales
agent: researcher
variants:
  - { name: small, set: { model: mistral-small-latest } }
  - { name: large, set: { model: mistral-large-latest } }
repeats: 1
concurrency: 4
cases:
  - id: total
    prompt: How many rows in sales.csv and what is the total revenue?
    vars: { want: 36034.8 }
    scorers: [{ tool_called: read_file }]
  - { id: percent, prompt: "What is 17% of 240?", vars: { want: 40.8 } }
  - { id: tenth, prompt: "What is 10% of 50?", vars: { want: 5 } }
  - { id: product, prompt: "What is 12 * 12?", vars: { want: 144 } }
scorers:
  - numeric: { value: "{{want}}", tolerance: 0.01 }
  - completed
gate: { scorer: numeric, failBelow: 0.5 }
`;
