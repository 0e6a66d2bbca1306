import { gatewayError } from "../errors.ts";
import { judgeCheck } from "../checks.ts";
import { type Route, route } from "../http/route.ts";
import { checkAnswer, checkBody } from "../http/schemas.ts";
import { decisionView } from "../http/views.ts";
import type { Services } from "../services.ts";

/** Asking beforehand. */
export function checkRoutes(services: Services): Route[] {
  const { budget, checkLog, ledger, positions, metrics, law } = services;
  const check = route({
    method: "post",
    path: "/v1/check",
    summary: "Would this loan be accepted now?",
    description:
      "Judges the loan as the registry would in the next block, on the state of all platforms, and changes nothing. It answers with rules and never with amounts, needs the borrower's consent, is counted, and is no promise: another platform may be quicker.",
    roles: ["platform"],
    body: checkBody,
    answers: { 200: { description: "The outcome.", schema: checkAnswer } },
    problems: ["check-budget", "opening-unknown", "not-ready"],
    async handle({ body, caller }) {
      const platform = caller!.platform!;
      const wait = budget.take(platform, performance.now());
      if (wait > 0) {
        throw gatewayError("check-budget", "The platform's budget of checks is used up for the moment.", {
          details: { retryAfter: wait },
        });
      }
      if (!ledger().position.caughtUp)
        throw gatewayError("not-ready", "The gateway has not caught up with the chain yet.");
      const now = Math.floor(Date.now() / 1000);
      const { decision, entry, blockTime } = await judgeCheck(body, platform, ledger(), positions, now);
      await checkLog.add({ platform, consent: body.consent, outcome: decision.outcome });
      metrics.checks.inc({ outcome: decision.outcome });
      const behind = await law.ofOpening(entry, blockTime, decision);
      const { block } = ledger().position;
      return { status: 200, body: { ...decisionView(decision), ...(behind && { law: behind }), block } };
    },
  });
  return [check];
}
