/** Checks a receipt (docs/spec/receipt.md). It depends on nothing that it judges: neither gateway nor platform is asked. */
import { equal, fromHex } from "../core/bytes.ts";
import { type FilingDomain, recoverSigner } from "../core/filing.ts";
import { RECEIPT_LIMITS } from "../core/receipt.ts";
import { checkRecordSignature, type RecordSignatureCheck } from "../core/record-key.ts";
import { checkAnchor, checkChain } from "./anchored.ts";
import { type Evidence, readEvidence } from "./evidence.ts";
import { checkDecision, checkFiling, checkInclusion, checkRecord } from "./local.ts";
import type { ChainReader } from "./reader.ts";
import { type Report, type Statement, unreadable } from "./report.ts";

/** What the verifier knows from elsewhere. Nothing in a receipt can stand in for it. */
export interface Trust {
  /** The chain and the registry in service there. */
  readonly domain?: FilingDomain;
  /** Registries that the trusted one succeeded, as the chain says: what they took while in service is as good. */
  readonly predecessors?: readonly Uint8Array[];
  /** Filing keys by platform, as 20-byte addresses. Without them the reader is asked. */
  readonly platformKeys?: ReadonlyMap<number, readonly Uint8Array[]>;
  /** Hash of a block that is known to be of the chain: the one that the receipt's state proof is for. */
  readonly blockHash?: Uint8Array;
}

export interface VerifyOptions {
  readonly trust?: Trust;
  /** A node that is trusted to say what the chain holds; it goes with `trust.domain`. */
  readonly reader?: ChainReader;
  /** Faster arithmetic than the built-in one, which runs anywhere. */
  readonly signatures?: Partial<Signatures>;
}

/** The two kinds of signature in a receipt. */
export interface Signatures {
  /** ES256, by a record key. */
  readonly checkRecord: RecordSignatureCheck;
  /** The address whose key signed a digest: secp256k1, by a filing key. Undefined if nobody's did, or `s` is high. */
  readonly recover: (digest: Uint8Array, signature: Uint8Array) => Uint8Array | undefined;
}

/** The domain of a registry that is trusted: the one in service, or one before it. */
export function trustedDomain({ domain, predecessors = [] }: Trust, registry: Uint8Array): FilingDomain | undefined {
  if (domain === undefined) return undefined;
  const found = [domain.registry, ...predecessors].find((one) => equal(one, registry));
  return found && { chainId: domain.chainId, registry: found };
}

/** Checks a receipt that was read from JSON. It never throws for what the receipt holds. */
export async function verifyReceipt(receipt: unknown, options: VerifyOptions = {}): Promise<Report> {
  if (typeof receipt !== "object" || receipt === null || Array.isArray(receipt))
    return unreadable("This is no receipt: it is no JSON object.");
  const { trust = {} } = options;
  const signatures = { checkRecord: checkRecordSignature, recover: recoverSigner, ...options.signatures };
  const reader = trust.domain === undefined ? undefined : options.reader;
  const evidence = readEvidence(receipt as Readonly<Record<string, unknown>>, trust);
  const [filing, anchor, chain] = await Promise.all([
    checkFiling(evidence, signatures, trust, reader),
    checkAnchor(evidence, trust, reader),
    checkChain(evidence, trust, reader),
  ]);
  return {
    fragments: {
      record: checkRecord(evidence, signatures),
      inclusion: checkInclusion(evidence),
      filing,
      decision: checkDecision(evidence),
      anchor,
      chain,
    },
    says: statementOf(evidence),
  };
}

/** Checks the text of a receipt file. */
export async function verifyText(text: string, options: VerifyOptions = {}): Promise<Report> {
  if (text.length > RECEIPT_LIMITS.file)
    return unreadable(`This is no receipt: it has ${text.length} characters, more than ${RECEIPT_LIMITS.file}.`);
  let receipt: unknown;
  try {
    receipt = JSON.parse(text);
  } catch {
    return unreadable("This is no receipt: it is no JSON.");
  }
  return verifyReceipt(receipt, options);
}

function statementOf({ inclusion, filing, decision, decisions, head, parsed }: Evidence): Statement {
  const own = inclusion.ok ? decisions?.[inclusion.value.index] : undefined;
  return {
    ...(filing.ok && { platform: filing.value.platform, number: filing.value.number }),
    ...(inclusion.ok && { index: inclusion.value.index }),
    ...(head && { head }),
    ...(decision.ok && { seal: fromHex(decision.value.seal), time: decision.value.time }),
    ...(own && { decision: own }),
    ...(parsed.ok && { claims: parsed.value.claims, withheld: parsed.value.withheld }),
  };
}
