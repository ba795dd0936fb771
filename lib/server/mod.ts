/**
 * The HTTP API: `routes/mod.ts` is the table of routes, `router.ts` answers by it, `gate/` says who may ask, `http_server.ts` bounds
 * what a connection may take.
 *
 * @module
 */
export type { Route, RouteAnswer, RouteBody, RouteRequest } from "./route.ts";
export type { AnsweredRequest } from "./answered.ts";
export { type RunningServer, type ServerOptions, startServer } from "./server.ts";
export { type ProxyMode, type ProxyOptions, proxyRoute } from "./proxy/proxy_route.ts";
export type { TlsFiles } from "./http_server.ts";
export type { ServerRights, ServerServices } from "./services.ts";
export { ROUTES } from "./routes/mod.ts";
