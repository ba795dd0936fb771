/** Opens the store that its argument names, which brings it up to date; says so right before and after. */
import { openStore } from "../../lib/store/mod.ts";

const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
say("ready");
{
  await using _store = await openStore(Deno.args[0]!);
  say("done");
}
