import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { readKeystore } from "../chain/keystore.ts";
import { JsonRpc } from "../chain/rpc.ts";
import { localSigner } from "../chain/signer.ts";
import { equal, fromHex, toHex } from "../core/bytes.ts";
import {
  DOMAIN_NAME,
  DOMAIN_VERSION,
  FILING_TYPES,
  headOf,
  isSignedBy,
  type FilingDomain,
  type Filing,
} from "../core/filing.ts";
import { RECORD_KEY_TYPES, recordKeyDigest, type RecordKeyTerms } from "../core/record-key.ts";
import type { Database } from "../store/database.ts";
import { listPlatforms } from "../store/platforms.ts";
import { gatewayError } from "./errors.ts";
import type { Signer } from "./ports.ts";

/** How the gateway reaches a platform's filing key. The key itself, and what opens it, is never in the database. */
export const signerReference = z.discriminatedUnion("kind", [
  /** An encrypted keystore (Web3 Secret Storage, version 3) on the gateway's own disk. */
  z.strictObject({ kind: z.literal("keystore"), path: z.string().min(1) }),
  /** A signer of the platform's own, asked by JSON-RPC (`eth_signTypedData`), which sees the filing that it signs. */
  z.strictObject({
    kind: z.literal("remote"),
    url: z.url({ protocol: /^https?$/u }),
    address: z.string().regex(/^0x[0-9a-fA-F]{40}$/u),
  }),
]);
export type SignerReference = z.infer<typeof signerReference>;

export interface SignersOptions {
  readonly db: Database;
  /** Directory that relative paths of keystores begin in. */
  readonly directory: string;
  /** What opens the keystores. */
  readonly password: string;
}

/** The signers of the platforms, opened when they are first needed. */
export class Signers {
  readonly #options: SignersOptions;
  readonly #open = new Map<number, Signer>();

  constructor(options: SignersOptions) {
    this.#options = options;
  }

  /** The signer of a platform. Throws `platform-unknown`, `keystore-unreadable`. */
  async of(platform: number): Promise<Signer> {
    const known = this.#open.get(platform);
    if (known !== undefined) return known;
    const row = (await listPlatforms(this.#options.db)).find(({ number }) => number === platform);
    if (row === undefined) throw gatewayError("platform-unknown", `Platform ${platform} is not registered here.`);
    const signer = await this.open(signerReference.parse(row.signer));
    this.#open.set(platform, signer);
    return signer;
  }

  /** Opens a signer by its reference. */
  async open(reference: SignerReference): Promise<Signer> {
    if (reference.kind === "remote") return remoteSigner(reference.url, reference.address);
    const path = isAbsolute(reference.path) ? reference.path : join(this.#options.directory, reference.path);
    return localSigner(await readKeystore(path, this.#options.password));
  }

  /** Forgets a platform's signer: the next use opens what is registered then. */
  forget(platform: number): void {
    this.#open.delete(platform);
  }
}

const signatureSchema = z.string().regex(/^0x[0-9a-f]{130}$/iu);

/** A signer spoken to as Web3Signer is. What it answers is checked: a wrong signature would cost a reverted transaction. */
export function remoteSigner(url: string, address: string): Signer {
  const rpc = new JsonRpc(url, { timeout: 10_000 });
  const own = fromHex(address, 20);
  const sign = async (data: unknown, digest: Uint8Array): Promise<Uint8Array> => {
    const signature = fromHex(await rpc.call("eth_signTypedData", [address, data], signatureSchema), 65);
    // Some signers write the recovery bit as 0 or 1.
    if (signature[64]! < 27) signature[64]! += 27;
    if (isSignedBy(own, digest, signature)) return signature;
    throw gatewayError("signer-foreign", "The remote signer's answer is no signature of its address over this data.");
  };
  return {
    address: own,
    signFiling: async (filing, domain) => sign(typedFiling(filing, domain), headOf(filing, domain)),
    certify: async (terms, domain) => sign(typedRecordKey(terms, domain), recordKeyDigest(terms, domain)),
  };
}

/** A filing as EIP-712 typed data: what a person at the signer may read. */
export function typedFiling(filing: Filing, domain: FilingDomain): unknown {
  return typed(domain, "Filing", FILING_TYPES, {
    platform: filing.platform,
    number: filing.number,
    previous: toHex(filing.previous),
    recordsRoot: toHex(filing.recordsRoot),
    entries: toHex(filing.entries),
  });
}

/** A record key's certificate as EIP-712 typed data. */
export function typedRecordKey(terms: RecordKeyTerms, domain: FilingDomain): unknown {
  return typed(domain, "RecordKey", RECORD_KEY_TYPES, { ...terms, thumbprint: toHex(terms.thumbprint) });
}

function typed({ chainId, registry }: FilingDomain, primaryType: string, types: object, message: object): unknown {
  return {
    types: {
      EIP712Domain: [
        { name: "name", type: "string" },
        { name: "version", type: "string" },
        { name: "chainId", type: "uint256" },
        { name: "verifyingContract", type: "address" },
      ],
      ...types,
    },
    primaryType,
    domain: {
      name: DOMAIN_NAME,
      version: DOMAIN_VERSION,
      chainId: chainId.toString(),
      verifyingContract: toHex(registry),
    },
    message,
  };
}

/** Whether a signer holds the key that a platform is licensed with. */
export function assertLicensed(signer: Signer, licensed: Uint8Array | undefined, platform: number): void {
  if (licensed !== undefined && equal(signer.address, licensed)) return;
  throw gatewayError(
    "signer-foreign",
    `The signer's address is not the key that platform ${platform} is licensed with.`,
    {
      details: { signer: toHex(signer.address), ...(licensed !== undefined && { licensed: toHex(licensed) }) },
    },
  );
}
