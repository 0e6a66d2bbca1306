/**
 * Receipts for tests: real records and a real filing, signed with fixed keys. Decisions are made up, and the chain is one block whose state
 * holds nothing but the filing's seal. (`test/verify/chain.test.ts` does the same on a real one.)
 */
import { certifyRecordKey, issueRecord, loadRecordKey } from "../../src/client/record.ts";
import { encodeHeader, type HeaderFields } from "../../src/chain/header.ts";
import { encodeRlp, rlpInteger } from "../../src/chain/rlp.ts";
import { concat, fromHex, toBigInt, toHex, word } from "../../src/core/bytes.ts";
import { type Decision, encodeDecisions, ruleBit } from "../../src/core/decision.ts";
import { encodeEntry } from "../../src/core/encode-entry.ts";
import {
  addressOfSecret,
  encodeEntries,
  type FilingDomain,
  headOf,
  keccak256,
  sealOf,
  signHead,
} from "../../src/core/filing.ts";
import { treeHead } from "../../src/core/merkle.ts";
import { buildReceipt, type Receipt } from "../../src/core/receipt.ts";
import { entryOf, type Refs } from "../../src/core/record-entry.ts";
import { type Claims, type ClaimsJson, issuerName, parseClaims } from "../../src/core/record.ts";
import { leafOf } from "../../src/core/sd-jwt.ts";
import type { ChainReader } from "../../src/verify/reader.ts";
import { sealSlot } from "../../src/verify/seal-slot.ts";

export const domain: FilingDomain = { chainId: 31_337n, registry: fromHex("ab".repeat(20)) };
export const filingSecret = fromHex("11".repeat(32));
export const filingAddress = addressOfSecret(filingSecret);
/** RFC 7515, appendix A.3: a published key, so that nobody mistakes it for a secret. */
export const recordSigner = loadRecordKey({
  kty: "EC",
  crv: "P-256",
  x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
  d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
});

const NOON = 1_767_268_800;
export const LEAF = `0x${"5a".repeat(32)}`;
const REF = { platform: 1, number: 1, index: 0 };
/** Every reference of a test record points to the same place. */
export const refs: Refs = { loan: REF, line: REF, predecessor: REF, complaint: REF, superseded: REF };

const borrower = { pseudonym: `0x01${"c4".repeat(31)}` };
const header = (platform: number, jti: string) => ({
  iss: issuerName(platform),
  iat: NOON,
  jti,
  fmt: 1 as const,
  borrower,
  time: { at: NOON - 60 },
});
const later = (jti: string) => ({ ...header(1, jti), loan: { number: "L-1001", opening: LEAF } });
const schedule = { legs: [{ count: 12, unit: "month" as const, gap: 1, amount: "9100", step: "65536" }] };

/** One record of every kind, with every group and field that it can have. */
export const samples: readonly ClaimsJson[] = [
  {
    ...header(1, "ev-1"),
    kind: "Opened",
    loan: { number: "L-1002", line: LEAF, predecessor: LEAF },
    terms: {
      basis: "outage",
      product: 65,
      principal: "100000",
      cash: "98000",
      lender: 2,
      outage: { reason: "registry-unreachable", deadline: NOON + 3600 },
    },
    schedule,
    disclosure: { at: NOON - 90_000, document: `0x${"d0".repeat(32)}` },
    income: { monthly: "550000" },
  },
  { ...later("ev-2"), kind: "Disbursed", event: { amount: "98000", founded: true, order: LEAF } },
  { ...later("ev-3"), kind: "Repaid", event: { principal: "7000", charges: "2100" } },
  { ...later("ev-4"), kind: "Closed", event: { reason: "written-off", principal: "0", charges: "0" } },
  {
    ...later("ev-5"),
    kind: "Extended",
    event: { asked: true, extension: "rollover", fee: "10", writeDown: "20", paid: "30" },
    schedule,
  },
  {
    ...later("ev-6"),
    kind: "Overdue",
    event: { daysPastDue: 3, amountOverdue: "9100", defaultCharges: "5", contractRate: "240000000" },
  },
  { ...later("ev-7"), kind: "Contacted", event: { channel: 1, party: "third-party", agent: "outsourcer" } },
  { ...later("ev-8"), kind: "Complained", event: { topic: 3 } },
  { ...later("ev-9"), kind: "Answered", event: { complaint: LEAF, outcome: 2 } },
  { ...later("ev-10"), kind: "Assigned", event: { to: 3, side: "assignee" } },
  { ...later("ev-11"), kind: "Corrected", event: { superseded: LEAF, what: "outstanding", value: "77", why: 1 } },
  { ...header(1, "ev-12"), kind: "Barred", event: { until: NOON + 86_400, why: 1 } },
];

/** A decision each, different enough that they can't stand for one another. */
const decisionOf = (i: number): Decision => ({
  outcome: i % 2 === 0 ? "accepted" : "flagged",
  findings: 0,
  breaches: i % 2 === 0 ? 0 : ruleBit("RATE"),
  undetermined: 0,
});

export interface Market {
  readonly receipts: readonly Receipt[];
  readonly claims: readonly Claims[];
  /** A chain that holds this filing and nothing else. */
  readonly reader: ChainReader;
  readonly blockHash: Uint8Array;
}

export interface MarketOptions {
  readonly records?: readonly ClaimsJson[];
  /** What the entries say, if it is something else than the records. */
  readonly filed?: readonly ClaimsJson[];
  readonly number?: number;
  readonly time?: number;
  /** Without headers and state proofs, as where the chain's block hashes aren't hashes of headers. */
  readonly bare?: boolean;
}

/** One filing of platform 1, the block that mined it, and a receipt for each of its entries. */
export async function makeMarket(options: MarketOptions = {}): Promise<Market> {
  const { records = samples, filed = records, number = 2, time = NOON + 10, bare = false } = options;
  const claims = records.map((one) => parseClaims(one));
  const sdJwts = records.map((one) => issueRecord(one, recordSigner));
  const leaves = sdJwts.map((text) => leafOf(text.slice(0, text.indexOf("~"))));
  const filing = {
    platform: 1,
    number,
    previous: new Uint8Array(32).fill(number === 1 ? 0 : number),
    recordsRoot: treeHead(leaves),
    entries: encodeEntries(filed.map((one) => encodeEntry(entryOf(parseClaims(one), refs)))),
  };
  const head = headOf(filing, domain);
  const decisions = encodeDecisions(claims.map((_, i) => decisionOf(i)));
  const seal = sealOf(head, time, decisions);
  const { jwk, validFrom, validTo, signature } = await certificate();
  const chain = makeChain(seal, number, time);
  const receipts = sdJwts.map((record, index) =>
    buildReceipt({
      domain,
      record,
      recordKey: { jwk, validFrom, validTo, signature },
      index,
      leaves,
      filing: { ...filing, signature: signHead(head, filingSecret) },
      head,
      key: filingAddress,
      time,
      decisions,
      block: { number: chain.number, hash: chain.hash, ...(!bare && { header: chain.header }) },
      ...(!bare && { proof: chain.proof }),
    }),
  );
  const reader: ChainReader = {
    sealOf: async (platform, n) => (platform === 1 && n === number ? seal : undefined),
    block: async (n) => (n === chain.number ? { hash: chain.hash, time } : undefined),
    keysOf: async (platform) => (platform === 1 ? [filingAddress] : []),
  };
  return { receipts, claims, reader, blockHash: chain.hash };
}

async function certificate() {
  const terms = { platform: 1, key: recordSigner.publicKey, validFrom: NOON - 1000, validTo: NOON + 1000 };
  const signer = { signDigest: async (digest: Uint8Array) => signHead(digest, filingSecret) };
  const { key, ...rest } = await certifyRecordKey(signer, terms, domain);
  return { ...rest, jwk: key };
}

/** A block whose state is one account with one word: both tries are a single leaf. */
function makeChain(seal: Uint8Array, number: number, time: number) {
  const leaf = (key: Uint8Array, value: Uint8Array) => encodeRlp([concat(Uint8Array.of(0x20), keccak256(key)), value]);
  const storage = leaf(word(sealSlot(1, number)), encodeRlp(rlpInteger(toBigInt(seal))));
  const codeHash = keccak256(Uint8Array.of(0xfe));
  const account = leaf(domain.registry, encodeRlp([rlpInteger(1), rlpInteger(0), keccak256(storage), codeHash]));
  const block: Omit<HeaderFields, "hash"> = {
    parentHash: LEAF,
    sha3Uncles: LEAF,
    miner: `0x${"00".repeat(20)}`,
    stateRoot: toHex(keccak256(account)),
    transactionsRoot: LEAF,
    receiptsRoot: LEAF,
    logsBloom: `0x${"00".repeat(256)}`,
    difficulty: 0n,
    number: 7n,
    gasLimit: 300_000_000n,
    gasUsed: 21_000n,
    timestamp: BigInt(time),
    extraData: "0x",
    mixHash: LEAF,
    nonce: `0x${"00".repeat(8)}`,
    baseFeePerGas: 7n,
  };
  const header = headerOf(block);
  const hash = keccak256(header);
  const proof = { hash: toHex(hash), header: toHex(header), account: [toHex(account)], storage: [toHex(storage)] };
  return { number: 7, hash, header, proof };
}

function headerOf(block: Omit<HeaderFields, "hash">): Uint8Array {
  const values = Object.values(block).map((value) => (typeof value === "bigint" ? rlpInteger(value) : fromHex(value!)));
  const header = encodeRlp(values);
  const again = encodeHeader({ ...block, hash: toHex(keccak256(header)) });
  if (again === undefined) throw new Error("encodeHeader doesn't agree");
  return again;
}
