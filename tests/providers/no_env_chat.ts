/** Run by permissions_test.ts in a process of its own: two calls with no permission but the network. */
import { systemHost } from "../../lib/core/mod.ts";
import { createMistralProvider, createResilientProvider } from "../../lib/providers/mod.ts";
import { chatRequest, recordingContext } from "./calls.ts";

const host = systemHost();
const provider = createResilientProvider(
  createMistralProvider({ host, apiKey: "", serverUrl: Deno.args[0] }),
  { host },
);
for (const stream of [true, false]) {
  const { message } = await provider.chat(chatRequest({ stream }), recordingContext());
  console.log(JSON.stringify(message.parts));
}
