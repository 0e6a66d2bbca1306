import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** What the gateway counts. No figure names a platform or a borrower: whoever may scrape need not be allowed to see the market. */
export class Metrics {
  readonly registry = new Registry();
  readonly requests = new Histogram({
    name: "tally_http_request_seconds",
    help: "Time to answer a request, by route and status.",
    labelNames: ["method", "route", "status"],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5, 30],
    registers: [this.registry],
  });
  readonly submissions = new Counter({
    name: "tally_submissions_total",
    help: "Records offered: promised, promised before, or rejected.",
    labelNames: ["result"],
    registers: [this.registry],
  });
  readonly checks = new Counter({
    name: "tally_checks_total",
    help: "Checks made, by outcome.",
    labelNames: ["outcome"],
    registers: [this.registry],
  });
  readonly decisions = new Counter({
    name: "tally_decisions_total",
    help: "Decisions mined for this gateway's filings, by outcome.",
    labelNames: ["outcome"],
    registers: [this.registry],
  });
  readonly predictedOtherwise = new Counter({
    name: "tally_predicted_otherwise_total",
    help: "Requests whose outcome on chain was another than the one predicted when their filing was cut.",
    registers: [this.registry],
  });
  readonly filings = new Counter({
    name: "tally_filings_total",
    help: "Filings of this gateway, by the state they reached.",
    labelNames: ["state"],
    registers: [this.registry],
  });
  readonly late = new Counter({
    name: "tally_promises_late_total",
    help: "Submissions cut after the deadline that their promise gave.",
    registers: [this.registry],
  });
  readonly unfiled = new Counter({
    name: "tally_unfiled_total",
    help: "Submissions that will not be filed, by state.",
    labelNames: ["state"],
    registers: [this.registry],
  });
  readonly waiting = new Gauge({
    name: "tally_waiting",
    help: "Submissions in memory that have no place in a filing yet.",
    registers: [this.registry],
  });
  readonly inFlight = new Gauge({
    name: "tally_filings_in_flight",
    help: "Filings cut and not mined.",
    registers: [this.registry],
  });
  readonly block = new Gauge({
    name: "tally_block",
    help: "Last block followed.",
    registers: [this.registry],
  });
  readonly alarms = new Gauge({
    name: "tally_alarms",
    help: "Alarms that are open, by code.",
    labelNames: ["code"],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }
}
