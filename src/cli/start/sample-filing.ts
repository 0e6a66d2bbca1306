/** Files the sample market once, through the gateway's own door, and says what came of it. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

import { isSettled, type Submission } from "../../client/answers.ts";
import { GatewayClient } from "../../client/client.ts";
import { loadRecordKey } from "../../client/record.ts";
import type { Hex } from "../../core/bytes.ts";
import { parseJson, readIfThere, writeDurably } from "../../engine/files.ts";
import { cliError } from "../errors.ts";
import type { Home, Secrets } from "../home.ts";
import { productNumber, publishedPacks } from "../operator/rule-packs.ts";
import { sampleMarket } from "./sample-market.ts";
import { issueSample, type SampleRecord } from "./sample-records.ts";

const shown = z.object({ id: z.string(), outcome: z.string(), breaches: z.array(z.string()) });

const summarySchema = z.object({
  format: z.literal(1),
  loans: z.int(),
  entries: z.int(),
  filings: z.int(),
  decisions: z.object({ accepted: z.int(), flagged: z.int(), refused: z.int() }),
  /** The request of the borrower who rolls debt: a submission to look at. */
  shown: shown.optional(),
  /** What else there is to see. */
  scenes: z.array(z.object({ what: z.string(), ...shown.shape })),
});
export type SampleSummary = z.infer<typeof summarySchema>;

const recordsSchema = z.array(
  z.object({
    round: z.int(),
    platform: z.int(),
    idempotencyKey: z.string(),
    record: z.string(),
    opening: z.boolean(),
    shown: z.boolean(),
    shows: z.string().optional(),
    notBefore: z.int().optional(),
  }),
);

const BATCH = 250;
const QUERY = 1_000;

export interface SampleOptions {
  readonly home: Home;
  readonly secrets: Secrets;
  readonly gatewayUrl: string;
  readonly platforms: readonly number[];
  readonly signal: AbortSignal;
  /** How many of the entries are decided, of how many. */
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * What came of the sample, which is filed now unless it has been. Records carry random salts, so they are issued once and kept in a
 * file until all are final: cut short, the same ones are submitted again, and the gateway takes each once.
 */
export async function fileSample(options: SampleOptions): Promise<SampleSummary> {
  const { home } = options;
  const summaryPath = join(home.path, "sample.json");
  const known = summarySchema.safeParse(parseJson(await readIfThere(summaryPath))).data;
  if (known !== undefined) return known;
  const recordsPath = join(home.path, "sample.records.json");
  const records = await issuedRecords(recordsPath, options);
  const { ids, settled } = await fileAll(records, options);
  const summary = summarise(records, ids, settled);
  await writeDurably(summaryPath, JSON.stringify(summary, null, 2));
  await rm(recordsPath, { force: true });
  return summary;
}

async function issuedRecords(path: string, { home, secrets, platforms }: SampleOptions): Promise<SampleRecord[]> {
  const kept = recordsSchema.safeParse(parseJson(await readIfThere(path))).data;
  if (kept !== undefined) return kept;
  const clock = Math.floor(Date.now() / 1_000);
  const packs = await publishedPacks(home, clock);
  const products = packs.flatMap(({ compiled }) => [...compiled.products]);
  const emergency = productNumber("emergency", products);
  const pilot = packs.flatMap(({ compiled }) => compiled.versions).find(({ product }) => product === emergency);
  const records = issueSample(sampleMarket(), {
    platforms,
    signers: await Promise.all(platforms.map(async (number) => loadRecordKey(await home.recordKey(number)))),
    products: {
      payday: productNumber("payday", products),
      instalment: productNumber("instalment", products),
      private: productNumber("private", products),
      emergency,
    },
    pseudonymKey: secrets.pseudonymKey as Hex,
    // What is asked under the pilot is asked when that has begun.
    now: Math.max(clock, pilot?.effectiveFrom ?? 0),
  });
  await writeDurably(path, JSON.stringify(records));
  return records;
}

/** Submissions by id, and their ids by idempotency key. */
interface Filed {
  readonly ids: ReadonlyMap<string, Hex>;
  readonly settled: ReadonlyMap<Hex, Submission>;
}

/**
 * History first. What is asked today only when all of that is decided and the pilot has begun: so that what its bounds refuse is the same
 * on every machine.
 */
async function fileAll(records: readonly SampleRecord[], options: SampleOptions): Promise<Filed> {
  const ids = new Map<string, Hex>();
  const settled = new Map<Hex, Submission>();
  const isToday = ({ notBefore }: SampleRecord): boolean => notBefore !== undefined;
  for (const part of [records.filter((record) => !isToday(record)), records.filter(isToday)]) {
    await untilClock(Math.max(...part.map(({ notBefore = 0 }) => notBefore)), options.signal);
    await submitAll(part, ids, options);
    await settle([...ids.values()], settled, records.length, options);
  }
  return { ids, settled };
}

/** Submits round by round, and notes the submissions' ids. */
async function submitAll(
  records: readonly SampleRecord[],
  ids: Map<string, Hex>,
  { gatewayUrl, secrets, platforms, signal }: SampleOptions,
): Promise<void> {
  const clients = new Map(
    platforms.map((platform) => {
      const apiKey = secrets.apiKeys[`platform-${platform}`] ?? "";
      return [platform, new GatewayClient({ url: gatewayUrl, apiKey, signal })];
    }),
  );
  const rounds = Map.groupBy(records, ({ round }) => round);
  for (const round of [...rounds.keys()].sort((a, b) => a - b)) {
    const byPlatform = Map.groupBy(rounds.get(round) ?? [], ({ platform }) => platform);
    await Promise.all(
      [...byPlatform].map(async ([platform, mine]) => {
        for (let from = 0; from < mine.length; from += BATCH) {
          const batch = mine.slice(from, from + BATCH);
          const items = batch.map(({ idempotencyKey, record }) => ({ idempotencyKey, record }));
          const results = await clients.get(platform)!.submitBatch(items);
          for (const [i, result] of results.entries()) {
            if ("error" in result) throw result.error;
            ids.set(batch[i]!.idempotencyKey, result.submission.id);
          }
        }
      }),
    );
  }
}

/** Waits until a moment, UTC seconds. Blocks keep to this clock, so that none of what is filed then is of before. */
async function untilClock(moment: number, signal: AbortSignal): Promise<void> {
  for (let left = 1; left > 0;) {
    left = moment * 1_000 - Date.now();
    if (left > 0) await sleep(left, undefined, { signal });
  }
}

/** Waits until every submission is final, or will never be. */
async function settle(
  ids: readonly Hex[],
  settled: Map<Hex, Submission>,
  total: number,
  options: SampleOptions,
): Promise<void> {
  const { gatewayUrl, secrets, signal, onProgress } = options;
  const client = new GatewayClient({ url: gatewayUrl, apiKey: secrets.apiKeys["operator"] ?? "", signal });
  const unsettled = (): Hex[] => ids.filter((id) => !settled.has(id));
  for (let waiting = unsettled(); waiting.length > 0; waiting = unsettled()) {
    const [first] = waiting;
    // The gateway answers when it is settled, so that nobody has to ask again and again.
    if (first !== undefined) await client.wait(first, 5);
    for (let from = 0; from < waiting.length; from += QUERY)
      for (const submission of await client.submissions(waiting.slice(from, from + QUERY)))
        if (isSettled(submission)) settled.set(submission.id, submission);
    onProgress(settled.size, total);
    signal.throwIfAborted();
  }
}

function summarise(
  records: readonly SampleRecord[],
  ids: ReadonlyMap<string, Hex>,
  settled: ReadonlyMap<Hex, Submission>,
): SampleSummary {
  const decisions = { accepted: 0, flagged: 0, refused: 0 };
  const filings = new Set<string>();
  let shown: SampleSummary["shown"];
  const scenes: SampleSummary["scenes"] = [];
  for (const record of records) {
    const submission = settled.get(ids.get(record.idempotencyKey)!);
    if (submission?.decision === undefined)
      throw cliError(
        "data-file-damaged",
        `The sample's record ${record.idempotencyKey} was not filed: ${submission?.reason ?? "no reason given"}`,
        {
          fix: "Look at gateway.log in the data directory; an empty start (--empty) in another directory does without the sample.",
        },
      );
    const { outcome, breaches } = submission.decision;
    decisions[outcome]++;
    filings.add(`${submission.platform}/${submission.filing?.number ?? 0}`);
    const seen = { id: submission.id, outcome, breaches };
    if (record.shown) shown = seen;
    if (record.shows !== undefined) scenes.push({ what: record.shows, ...seen });
  }
  const loans = records.filter(({ opening }) => opening).length;
  const counts = { loans, entries: records.length, filings: filings.size, decisions };
  return { format: 1, ...counts, ...(shown && { shown }), scenes };
}
