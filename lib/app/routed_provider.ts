import type { CallContext, ChatRequest, ChatResponse } from "../core/mod.ts";
import type { ResilientProvider, RetryNotice } from "../providers/mod.ts";

/** The way to the server of a model that has one of its own; `undefined` for all others. */
export type RouteOf = (model: string) => Promise<ResilientProvider | undefined>;

/** Calls of models with servers of their own go there, all others where they always went; policies and listeners hold for both. */
export function routedProvider(main: ResilientProvider, routeOf: RouteOf): ResilientProvider {
  return build(main, routeOf, (it) => it);
}

function build(
  main: ResilientProvider,
  routeOf: RouteOf,
  adapt: (provider: ResilientProvider) => ResilientProvider,
): ResilientProvider {
  return {
    name: main.name,
    policy: main.policy,
    withPolicy: (overrides) =>
      build(main.withPolicy(overrides), routeOf, (it) => adapt(it).withPolicy(overrides)),
    withListener: (listener: (notice: RetryNotice) => void) =>
      build(main.withListener(listener), routeOf, (it) => adapt(it).withListener(listener)),
    async chat(request: ChatRequest, context: CallContext): Promise<ChatResponse> {
      const route = await routeOf(request.model);
      return await (route ? adapt(route) : main).chat(request, context);
    },
  };
}
