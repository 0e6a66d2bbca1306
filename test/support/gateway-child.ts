/**
 * A gateway in a process of its own, to be killed. It gets a market and a place at which to die (and how often it may pass there
 * first) from its parent, tells where it listens, and serves until then.
 */
import { z } from "zod";
import type { CrashPoint } from "../../src/gateway/crash-points.ts";
import { Market, type MarketPlan } from "./market.ts";

const order = z.object({ plan: z.custom<MarketPlan>(), at: z.string(), passes: z.int() });

process.once("message", (message) => {
  const { plan, at, passes } = order.parse(message);
  let left = passes;
  const crashPoint: CrashPoint = (here) => {
    // Not process.exit: nothing may be flushed, closed or said goodbye to.
    if (here === at && left-- === 0) process.kill(process.pid, "SIGKILL");
  };
  const gateway = Market.attach(plan).gateway({ crashPoint });
  void gateway.start().then(() => process.send!({ url: gateway.url }));
});
