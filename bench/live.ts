/** What the whole product does on this machine: engines, gateway and client, each in a process of its own. */
import { open, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

import { fetchLogs } from "../src/chain/blocks.ts";
import { JsonRpc, smallQuantity } from "../src/chain/rpc.ts";
import { issueRecord, loadRecordKey, type RecordSigner } from "../src/client/record.ts";
import type { GatewayClient, NewSubmission } from "../src/client/client.ts";
import { keccak256 } from "../src/core/filing.ts";
import { type Hex, toHex } from "../src/core/bytes.ts";
import { issuerName } from "../src/core/record.ts";
import { Machine } from "./machine.ts";
import { row } from "./report.ts";
import type { BenchRow } from "./rows.ts";

/** `instalment` of rulebooks/sample-market.yaml: market 1, serial 2. */
const PRODUCT = 66;
const LEG = { count: 12, unit: "month" as const, gap: 1, amount: "9300" };
const TERMS = { product: PRODUCT, principal: "100000" };
const PLATFORMS = [1, 2, 3];
const BATCH = 250;
/** Requests of a platform under way at once. */
const PIPELINED = 3;

let people = 0;

/** Somebody who has never borrowed. */
function newcomer(): Hex {
  const bytes = keccak256(new TextEncoder().encode(`bench ${++people}`));
  bytes[0] = 1;
  return toHex(bytes);
}

const now = (): number => Math.floor(Date.now() / 1_000);

/** Latencies of checks at a fixed rate: each is sent when it is due, however long those before it take. */
export async function checkRows(machine: Machine, { seconds = 20, rate = 200 } = {}): Promise<BenchRow[]> {
  const client = machine.client(PLATFORMS[0]!);
  const ask = async (): Promise<number> => {
    const sent = performance.now();
    const { outcome } = await client.check({
      borrower: { pseudonym: newcomer() },
      terms: TERMS,
      schedule: { legs: [LEG] },
      disclosure: { at: now() - 600 },
      consent: "bench",
    });
    if (outcome !== "accepted") throw new Error(`a check was answered with ${outcome}`);
    return performance.now() - sent;
  };
  const atRate = async (count: number): Promise<number[]> => {
    const began = performance.now();
    const asked: Promise<number>[] = [];
    for (let i = 0; i < count; i++) {
      const due = began + (1_000 * i) / rate - performance.now();
      if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
      asked.push(ask());
    }
    return Promise.all(asked);
  };
  // Compilers take some seconds of it.
  await atRate(5 * rate);
  const before = await machine.processorTime();
  const taken = (await atRate(seconds * rate)).sort((a, b) => a - b);
  const after = await machine.processorTime();
  const at = (share: number): number => Math.round(taken[Math.ceil(share * taken.length) - 1]! * 10) / 10;
  return [
    row(`check, median at ${rate} a second`, at(0.5), "ms"),
    row(`check, 99 of 100 at ${rate} a second`, at(0.99), "ms", { bound: 20 }),
    ...processorRows("check", taken.length, before, after).filter(({ name }) => !name.includes("anvil")),
  ];
}

type Times = ReadonlyMap<string, number> | undefined;

/** Processor time of each part for one of `count`: unlike what the clock says, it hardly depends on what else the machine does. */
function processorRows(name: string, count: number, before: Times, after: Times): BenchRow[] {
  if (before === undefined || after === undefined) return [];
  return [...after].map(([part, seconds]) => {
    const each = ((seconds - (before.get(part) ?? 0)) / count) * 1e6;
    return row(`${name}, processor time of ${part} each`, Math.round(each), "µs");
  });
}

interface Lender {
  readonly platform: number;
  readonly client: GatewayClient;
  readonly signer: RecordSigner;
}

function request({ platform, signer }: Lender, run: string, index: number): NewSubmission {
  const at = now();
  const id = `${run}-${platform}-${index}`;
  const record = issueRecord(
    {
      ...{ iss: issuerName(platform), iat: at, jti: id, kind: "Opened", fmt: 1 },
      borrower: { pseudonym: newcomer() },
      loan: { number: id },
      terms: { basis: "request", ...TERMS },
      schedule: { legs: [LEG] },
      disclosure: { at: at - 600 },
      time: { at },
    },
    signer,
  );
  return { idempotencyKey: id, record };
}

/** Issues and submits one platform's loans, several requests at once, and waits until all are final. Returns how many were accepted. */
async function lend(lender: Lender, run: string, loans: number): Promise<number> {
  const ids: Hex[] = [];
  let next = 0;
  const submitting = async (): Promise<void> => {
    while (next < loans) {
      const first = next;
      next = Math.min(loans, next + BATCH);
      const items = Array.from({ length: next - first }, (_, i) => request(lender, run, first + i));
      for (const result of await lender.client.submitBatch(items)) {
        if ("error" in result) throw result.error;
        ids.push(result.submission.id);
      }
    }
  };
  await Promise.all(Array.from({ length: PIPELINED }, submitting));
  let accepted = 0;
  for (let from = 0; from < ids.length; from += 1_000) {
    const some = ids.slice(from, from + 1_000);
    // The last ones are filed last: once they are final, few others aren't.
    await lender.client.wait(some.at(-1)!, 300);
    for (const { id, state, decision } of await lender.client.submissions(some)) {
      const settled = state === "final" ? decision : (await lender.client.wait(id, 300)).decision;
      if (settled?.final === true && settled.outcome === "accepted") accepted++;
    }
  }
  return accepted;
}

/**
 * Loans a second from the first record issued to the last decision final. Records are issued and signed (ES256) by the client's process,
 * filings signed by the gateway's, transactions mined by anvil, everything stored by Postgres, all on this machine.
 */
export async function endToEndRows(machine: Machine, { loans = 20_000 } = {}): Promise<BenchRow[]> {
  const lenders = await Promise.all(
    PLATFORMS.map(async (platform): Promise<Lender> => ({
      platform,
      client: machine.client(platform),
      signer: loadRecordKey(await machine.home.recordKey(platform)),
    })),
  );
  const all = async (run: string, each: number): Promise<number> =>
    (await Promise.all(lenders.map((lender) => lend(lender, run, each)))).reduce((a, b) => a + b, 0);
  const each = Math.ceil(loans / lenders.length);
  await all("warm-up", Math.ceil(each / 10));
  const before = await machine.processorTime();
  const own = process.cpuUsage();
  const began = performance.now();
  const accepted = await all("run", each);
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(own);
  const after = await machine.processorTime();
  if (accepted !== each * lenders.length)
    throw new Error(`${accepted} of ${each * lenders.length} loans were accepted`);
  const alone = performance.now();
  const [lender] = lenders;
  const { id } = await lender!.client.submit(request(lender!, "alone", 0));
  await lender!.client.wait(id);
  return [
    row("end to end, records issued by the client meanwhile", Math.round(accepted / seconds), "loans/s", {
      bound: 1_000,
      better: "higher",
    }),
    ...processorRows("end to end", accepted, before, after),
    row("end to end, processor time of the client each", Math.round((user + system) / accepted), "µs"),
    row("end to end, one loan alone, submitted to final", Math.round(performance.now() - alone), "ms"),
  ];
}

const PAYDAY = join(import.meta.dirname, "../../shared/data/superlender_loans.csv");
const ROOT = join(import.meta.dirname, "..");

const summarySchema = z.object({
  rows: z.int(),
  entries: z.object({ Opened: z.int(), Repaid: z.int(), Closed: z.int() }),
  filings: z.int(),
  seconds: z.number(),
});

/** The real payday file, as history, on a registry of its own; gas as the chain's receipts say it. Nothing where the file isn't there. */
export async function paydayRows({ rows = Infinity } = {}): Promise<BenchRow[]> {
  if (!existsSync(PAYDAY)) return [];
  const machine = await Machine.start({ empty: true });
  try {
    await machine.tally(["rules", "publish", join(ROOT, "rulebooks/sample-payday.yaml"), "--yes"]);
    const rpc = new JsonRpc(machine.rpcUrl);
    const before = await rpc.call("eth_blockNumber", [], smallQuantity);
    const file = rows === Infinity ? PAYDAY : await firstRows(machine, rows);
    const mapping = join(ROOT, "mappings/superlender.yaml");
    const output = await machine.tally(["import", file, "--map", mapping, "--add-platforms", "--json"]);
    const summary = summarySchema.parse(JSON.parse(output.trim().split("\n").at(-1)!));
    const { Opened, Repaid, Closed } = summary.entries;
    const gas = await filingGas(rpc, machine, before + 1);
    return [
      row("payday file: gas of an entry, mean", Math.round(gas / (Opened + Repaid + Closed)), "gas"),
      row("payday file: gas of a loan, opened and closed, mean", Math.round(gas / Opened), "gas"),
      row("payday file: import", Math.round(Opened / summary.seconds), "loans/s", { better: "higher" }),
    ];
  } finally {
    await machine.stop();
  }
}

async function firstRows(machine: Machine, rows: number): Promise<string> {
  const path = join(machine.data, "payday.csv");
  const file = await open(PAYDAY);
  const lines: string[] = [];
  for await (const line of file.readLines()) {
    lines.push(line);
    if (lines.length > rows) break;
  }
  await writeFile(path, `${lines.join("\n")}\n`);
  return path;
}

/** Gas of all transactions from a block on that filed something. */
async function filingGas(rpc: JsonRpc, machine: Machine, from: number): Promise<number> {
  const logs = await fetchLogs(rpc, [machine.home.facts.deployment.registry], from, "latest");
  const transactions = [...new Set(logs.map(({ transactionHash }) => transactionHash))];
  let gas = 0;
  for (let at = 0; at < transactions.length; at += 100) {
    const calls = transactions
      .slice(at, at + 100)
      .map((hash) => ({ method: "eth_getTransactionReceipt", params: [hash] }));
    for (const { gasUsed } of await rpc.batch(calls, z.object({ gasUsed: smallQuantity }))) gas += gasUsed;
  }
  return gas;
}

/** Memory after everything that ran on the machine before; known on Linux alone. */
export async function memoryRows(machine: Machine): Promise<BenchRow[]> {
  const memory = await machine.memory();
  if (memory === undefined) return [];
  return [...memory].map(([name, mib]) => row(`memory of ${name} after the run`, Math.round(mib), "MiB"));
}
