/**
 * A chat server that thinks of nothing: the same answer after a wait, streamed or whole. Prints its URL. Arguments: the wait, ms.
 */
const waitMs = Number(Deno.args[0] ?? 0);
const USAGE = { prompt_tokens: 20, completion_tokens: 3, total_tokens: 23 };
const common = { id: "cmpl-1", model: "mistral-small-latest", created: 1_700_000_000 };

const whole = JSON.stringify({
  ...common,
  object: "chat.completion",
  usage: USAGE,
  choices: [{
    index: 0,
    finish_reason: "stop",
    message: { role: "assistant", content: "It is 42.", tool_calls: null },
  }],
});
const chunk = (choice: object, more: object = {}) =>
  `data: ${JSON.stringify({ ...common, object: "chat.completion.chunk", choices: [choice], ...more })}\n\n`;
const streamed =
  chunk({ index: 0, delta: { role: "assistant", content: "It is 42." }, finish_reason: null }) +
  chunk({ index: 0, delta: { content: "" }, finish_reason: "stop" }, { usage: USAGE }) + "data: [DONE]\n\n";

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
}, async (request) => {
  const { stream } = await request.json();
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  return stream
    ? new Response(streamed, { headers: { "content-type": "text/event-stream" } })
    : new Response(whole, { headers: { "content-type": "application/json" } });
});
