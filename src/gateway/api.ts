import { readFileSync } from "node:fs";
import { readConfig } from "./config.ts";
import { errorKind } from "./catalogue.ts";
import { openApi } from "./http/openapi.ts";
import type { Route } from "./http/route.ts";
import { checkRoutes } from "./routes/check.ts";
import { filingRoutes } from "./routes/filings.ts";
import { healthRoutes } from "./routes/health.ts";
import { operatorRoutes } from "./routes/operator.ts";
import { recordRoutes } from "./routes/records.ts";
import type { Services } from "./services.ts";

/** All routes, in the order of the documentation. */
export function apiRoutes(services: Services): Route[] {
  return [
    ...checkRoutes(services),
    ...recordRoutes(services),
    ...filingRoutes(services),
    ...operatorRoutes(services),
    ...healthRoutes(services),
  ];
}

/** The routes as documentation shows them: with the settings that a gateway has unless told, and nothing behind them. */
export function documentedRoutes(): Route[] {
  // What routes work with is used only when they are called.
  return apiRoutes({ config: readConfig() } as Services);
}

/** The OpenAPI 3.1 document of the routes. */
export function apiDocument(routes: readonly Route[]): unknown {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  return openApi(routes, version, (code) => errorKind(code).status);
}
