import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "kysely";
import type { Logger } from "pino";
import { type Deployment, domainOf } from "../chain/deployment.ts";
import { equal, fromHex } from "../core/bytes.ts";
import type { FilingDomain } from "../core/filing.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { readMark } from "../store/marks.ts";
import { migrate } from "../store/migrate.ts";
import { FINAL_BLOCK } from "../store/mining.ts";
import { Alarms, ALARMS } from "./alarms.ts";
import { ApiKeys } from "./api-keys.ts";
import { Budget } from "./budget.ts";
import { CheckLog } from "./checks.ts";
import type { Config } from "./config.ts";
import { type CrashPoint, NO_CRASH } from "./crash-points.ts";
import { gatewayError } from "./errors.ts";
import { Following } from "./following.ts";
import { createApp } from "./http/app.ts";
import { Intake } from "./intake.ts";
import { DecisionLaw } from "./law.ts";
import { createLogger } from "./logging.ts";
import { Metrics } from "./metrics.ts";
import { CUT_LIMITS } from "./open-filing.ts";
import { Operator } from "./operator.ts";
import { Pipeline } from "./pipeline.ts";
import type { Follower, LawSource, Relay } from "./ports.ts";
import { Positions } from "./positions.ts";
import { outsideOf } from "./outside.ts";
import { Predictions } from "./predictions.ts";
import { RecordKeys } from "./record-keys.ts";
import { apiDocument, apiRoutes } from "./api.ts";
import type { Evidence, Lack, Services } from "./services.ts";
import type { Signers } from "./signers.ts";
import { Submitter } from "./submit.ts";
import { Waiters } from "./waiters.ts";
import { findByLeaves } from "../store/submissions.ts";

export interface GatewayOptions {
  readonly databaseUrl: string;
  readonly deployment: Deployment;
  readonly relay: Relay;
  /** A new follower from the deployment's block on. It is asked for again if the chain takes back what was final. */
  readonly createFollower: () => Follower;
  readonly signers: (db: Database) => Signers;
  readonly config: Config;
  /** What receipts can carry of the chain beside where they were mined. */
  readonly evidence?: Evidence;
  /** What rule packs say of decisions; without it answers name rules and no articles. */
  readonly law?: LawSource;
  readonly logger?: Logger;
  readonly crashPoint?: CrashPoint;
}

export interface Gateway {
  /** Prepares the database, listens, and begins to follow and to file. Throws what an operator can mend. */
  start(): Promise<void>;
  /** Answers what was asked, finishes the step in hand, and ends. What waits is in the database. */
  stop(): Promise<void>;
  /** Where it listens; known once it has started. */
  readonly url: string;
  readonly operator: Operator;
  /** What it lacks to do its work; nothing if it is ready. */
  lacks(): Promise<readonly Lack[]>;
  /** A block may be there, or final: the follower looks at once. */
  poke(): void;
}

/** Milliseconds that open requests have to end when the gateway stops. */
const GRACE = 10_000;

const NO_KEY = new Uint8Array(20);

/** Milliseconds for which an idle connection is kept: longer than clients and proxies keep theirs, so that they close it and don't run into our closing it. */
const KEEP_ALIVE = 75_000;

/** Puts the gateway together. Nothing runs before `start`. */
export function createGateway(options: GatewayOptions): Gateway {
  const { databaseUrl, config, relay, crashPoint = NO_CRASH, logger: log = createLogger() } = options;
  // Where the deployment begins: the chain says which registry is in service.
  const first = domainOf(options.deployment);
  const domain = (): FilingDomain => following.ledger.twin.domain;
  const licensedKey = (platform: number): Uint8Array | undefined =>
    following.ledger.twin.licences.licenceOf(platform)?.key;
  const db = openDatabase(databaseUrl, {
    connections: config.connections,
    onLost: (error) => log.warn({ err: error }, "The database has gone away."),
  });
  const metrics = new Metrics();
  const alarms = new Alarms(db, log, (open) => {
    for (const code of Object.keys(ALARMS))
      metrics.alarms.set({ code }, open.filter((alarm) => alarm.code === code).length);
  });
  const positions = new Positions((leaves) => findByLeaves(db, leaves));
  const recordKeys = new RecordKeys(db);
  const waiters = new Waiters();
  const signers = options.signers(db);
  const stopping = new AbortController();

  const following = new Following({
    create: options.createFollower,
    ...{ db, domain: first, alarms, crashPoint, log, signal: stopping.signal },
    storedTo: () => readMark(db, FINAL_BLOCK),
    events: {
      onMined(platform, number, entries) {
        for (const { id, decision } of entries) {
          const known = positions.get(id);
          if (known !== undefined)
            positions.set(id, { ...known, decided: { outcome: decision.outcome, final: false } });
          metrics.decisions.inc({ outcome: decision.outcome });
        }
        metrics.filings.inc({ state: "mined" });
        metrics.predictedOtherwise.inc(predictions.compare(platform, number, entries));
        pipeline.mined(platform, number);
        pipeline.decided(entries.map(({ id }) => id));
      },
      onFinal(_platform, _number, entries) {
        for (const { id, decision } of entries) {
          const known = positions.get(id);
          if (known !== undefined) positions.set(id, { ...known, decided: { outcome: decision.outcome, final: true } });
        }
        metrics.filings.inc({ state: "final" });
        pipeline.decided(entries.map(({ id }) => id));
        for (const { id } of entries) waiters.settle(id);
      },
      onUpset: () => pipeline.restart(),
    },
  });
  const predictions = new Predictions(() => following.ledger);

  const pipeline = new Pipeline({
    ...{ db, databaseUrl, domain, licensedKey, relay, positions, alarms, crashPoint, log },
    async signerOf(platform) {
      const signer = await signers.of(platform);
      // Another may have been registered meanwhile: it is opened the next time.
      if (!equal(signer.address, licensedKey(platform) ?? NO_KEY)) signers.forget(platform);
      return signer;
    },
    certify: (platform, signer, where) => recordKeys.certify(platform, signer, where),
    limits: { ...CUT_LIMITS, entries: config.cutEntries, age: config.cutAge },
    caughtUp: () => following.caughtUp,
    loansOf: (borrower) => {
      const { head, slots } = following.ledger.twin.bookOf(fromHex(borrower, 32));
      return slots.length + (head === undefined ? 0 : 1);
    },
    adopts: (borrower) => following.ledger.adopts(borrower),
    outsideOf: (entry) => outsideOf(following.ledger.twin, entry, Math.floor(Date.now() / 1000)),
    succeeds: () => following.ledger.twin.licences.registries.length > 1,
    onCut({ closed, unfiled }) {
      const now = Date.now();
      for (const filing of closed) {
        predictions.make(filing);
        following.ledger.expect(
          filing.platform,
          filing.number,
          filing.items.map(({ id }) => id),
        );
        metrics.filings.inc({ state: "cut" });
        metrics.late.inc(filing.items.filter((item) => item.receivedAt + config.deadline * 1000 < now).length);
      }
      for (const { id, state } of unfiled) {
        metrics.unfiled.inc({ state });
        waiters.settle(id);
      }
    },
    onSent: () => following.poke(),
    maxInFlight: config.inFlight,
    patience: config.patience * 1000,
  });

  const intake = new Intake({
    ...{ db, positions, crashPoint, deadlineSeconds: config.deadline },
    onStored: (items) => pipeline.push(items),
    onUncertain: () => pipeline.restart(),
  });
  const operator = new Operator({
    ...{ db, domain, recordKeys, signers },
    licensedKey,
    onUpset: () => pipeline.restart(),
  });

  let started = false;
  const lacks = async (): Promise<readonly Lack[]> => {
    const found: Lack[] = [];
    if (stopping.signal.aborted) found.push({ code: "stopping", message: "The gateway is stopping." });
    await sql`select 1`.execute(db).catch(() => {
      found.push({ code: "database-unreachable", message: "The database does not answer." });
    });
    if (!following.reachable) found.push({ code: "rpc-unreachable", message: "The chain's node does not answer." });
    else if (!following.ledger.position.caughtUp) {
      found.push({
        code: "catching-up",
        message: `The chain is being followed; block ${following.ledger.position.block} so far.`,
      });
    }
    if (!pipeline.running)
      found.push({ code: "pipeline-stopped", message: "Filings are not being sent; the log says why." });
    for (const { code, message } of alarms.open) found.push({ code, message });
    started ||= found.every(({ code }) => code in ALARMS);
    return found;
  };

  const services: Services = {
    ...{ db, config, positions, recordKeys, intake, metrics, alarms, operator, lacks },
    ledger: () => following.ledger,
    submitter: new Submitter(intake, recordKeys, waiters, metrics),
    budget: new Budget(config.checkRate, config.checkBurst),
    checkLog: new CheckLog(db),
    law: new DecisionLaw(db, () => following.ledger.twin.rulebook, options.law),
    evidence: options.evidence ?? (async () => ({})),
    started: () => started,
    gauges() {
      metrics.waiting.set(pipeline.load.waiting);
      metrics.inFlight.set(pipeline.load.inFlight);
      metrics.block.set(following.ledger.position.block);
    },
  };
  const routes = apiRoutes(services);
  const app = createApp({
    routes,
    document: apiDocument(routes),
    keys: new ApiKeys(db),
    metrics,
    log,
    stopping: stopping.signal,
  });
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 15_000, keepAliveTimeout: KEEP_ALIVE }, app);
  let url = "";

  return {
    operator,
    lacks,
    poke: () => following.poke(),
    get url() {
      return url;
    },
    async start() {
      await migrate(db);
      await Promise.all([alarms.load(), recordKeys.load()]);
      url = await listen(server, config.host, config.port);
      following.start();
      pipeline.start();
      log.info(
        { url, registry: options.deployment.registry, chain: options.deployment.chainId },
        "The gateway listens.",
      );
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      stopping.abort();
      server.closeIdleConnections();
      const grace = setTimeout(() => server.closeAllConnections(), GRACE);
      if (url !== "") await closed;
      clearTimeout(grace);
      await intake.drained();
      await pipeline.stop();
      await following.stop();
      await db.destroy();
      log.info("The gateway has stopped.");
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE" || error.code === "EACCES";
      reject(taken ? gatewayError("port-taken", `The port ${port} is taken.`, { cause: error }) : error);
    });
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;
}
