/** Files the sample market once, through the gateway's own door, and says what came of it. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

import { isSettled, type Submission } from "../../client/answers.ts";
import { GatewayClient } from "../../client/client.ts";
import { loadRecordKey } from "../../client/record.ts";
import type { Hex } from "../../core/bytes.ts";
import { parseJson, readIfThere, writeDurably } from "../../engine/files.ts";
import { cliError } from "../errors.ts";
import type { Home, Secrets } from "../home.ts";
import { knownProducts, productNumber } from "../operator/rule-packs.ts";
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
  const ids = await submitAll(records, options);
  const settled = await settle([...ids.values()], options);
  const summary = summarise(records, ids, settled);
  await writeDurably(summaryPath, JSON.stringify(summary, null, 2));
  await rm(recordsPath, { force: true });
  return summary;
}

async function issuedRecords(path: string, { home, secrets, platforms }: SampleOptions): Promise<SampleRecord[]> {
  const kept = recordsSchema.safeParse(parseJson(await readIfThere(path))).data;
  if (kept !== undefined) return kept;
  const products = await knownProducts(home);
  const records = issueSample(sampleMarket(), {
    platforms,
    signers: await Promise.all(platforms.map(async (number) => loadRecordKey(await home.recordKey(number)))),
    products: {
      payday: productNumber("payday", products),
      instalment: productNumber("instalment", products),
      private: productNumber("private", products),
    },
    pseudonymKey: secrets.pseudonymKey as Hex,
    now: Math.floor(Date.now() / 1_000),
  });
  await writeDurably(path, JSON.stringify(records));
  return records;
}

/** Submits round by round; gives the submissions' ids by idempotency key. */
async function submitAll(
  records: readonly SampleRecord[],
  { gatewayUrl, secrets, platforms, signal }: SampleOptions,
): Promise<Map<string, Hex>> {
  const clients = new Map(
    platforms.map((platform) => {
      const apiKey = secrets.apiKeys[`platform-${platform}`] ?? "";
      return [platform, new GatewayClient({ url: gatewayUrl, apiKey, signal })];
    }),
  );
  const ids = new Map<string, Hex>();
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
  return ids;
}

/** Waits until every submission is final, or will never be. */
async function settle(ids: readonly Hex[], options: SampleOptions): Promise<Map<Hex, Submission>> {
  const { gatewayUrl, secrets, signal, onProgress } = options;
  const client = new GatewayClient({ url: gatewayUrl, apiKey: secrets.apiKeys["operator"] ?? "", signal });
  const settled = new Map<Hex, Submission>();
  for (let waiting = [...ids]; waiting.length > 0; waiting = ids.filter((id) => !settled.has(id))) {
    const [first] = waiting;
    // The gateway answers when it is settled, so that nobody has to ask again and again.
    if (first !== undefined) await client.wait(first, 5);
    for (let from = 0; from < waiting.length; from += QUERY)
      for (const submission of await client.submissions(waiting.slice(from, from + QUERY)))
        if (isSettled(submission)) settled.set(submission.id, submission);
    onProgress(settled.size, ids.length);
    signal.throwIfAborted();
  }
  return settled;
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
