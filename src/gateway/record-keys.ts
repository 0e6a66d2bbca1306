import { setTimeout as sleep } from "node:timers/promises";
import { toHex } from "../core/bytes.ts";
import { isSignedBy, type FilingDomain } from "../core/filing.ts";
import {
  type RecordKey,
  recordKeyDigest,
  type RecordKeyTerms,
  recordKeySchema,
  kidOf,
  thumbprintOf,
} from "../core/record-key.ts";
import type { Database } from "../store/database.ts";
import { listRecordKeys, saveRecordKey } from "../store/platforms.ts";
import { gatewayError } from "./errors.ts";
import { type KnownRecordKey, publicKeyOf } from "./intake-record.ts";
import type { Signer } from "./ports.ts";

/** A certificate of a record key, as it was registered. */
export interface Certificate {
  readonly validFrom: number;
  readonly validTo: number;
  /** By the platform's filing key of then, for the registry of then. */
  readonly signature: Uint8Array;
}

/** A record key with its certificates, the newest first; that one says for which time it counts. */
export interface RegisteredKey extends KnownRecordKey {
  readonly jwk: RecordKey;
  readonly thumbprint: Uint8Array;
  readonly platform: number;
  readonly certificates: readonly Certificate[];
}

export interface NewCertificate {
  readonly platform: number;
  readonly key: RecordKey;
  readonly validFrom: number;
  readonly validTo: number;
  /** 65 bytes by the platform's filing key. */
  readonly signature: Uint8Array;
}

/** Milliseconds between two looks for keys that were added behind our back (by the command line): a stranger's key costs no more. */
const PAUSE = 1_000;

const nameOf = (platform: number, kid: string): string => `${platform}/${kid}`;

/** The certified record keys of all platforms, in memory. */
export class RecordKeys {
  readonly #db: Database;
  #known = new Map<string, RegisteredKey>();
  #read = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  /** Platforms with a filing key and a registry for which all is certified. */
  readonly #certified = new Set<string>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** The key of that thumbprint (base64url), if the platform has it certified. */
  find(platform: number, kid: string): RegisteredKey | undefined {
    return this.#known.get(nameOf(platform, kid));
  }

  async load(): Promise<void> {
    this.#read = performance.now();
    const known = new Map<string, RegisteredKey>();
    for (const row of await listRecordKeys(this.#db)) {
      const jwk = recordKeySchema.parse(row.jwk);
      const { platform, thumbprint, valid_from_time: validFrom, valid_to_time: validTo, certification } = row;
      const name = nameOf(platform, kidOf(jwk));
      const before = known.get(name);
      const certificates = [{ validFrom, validTo, signature: certification }, ...(before?.certificates ?? [])];
      const key = before?.key ?? publicKeyOf(jwk);
      known.set(name, { jwk, thumbprint, platform, key, validFrom, validTo, certificates });
    }
    this.#known = known;
    this.#certified.clear();
  }

  /**
   * The certificate that counts for a record filed then: for its time of issue, by the key that signed its filing, for the registry that took
   * it. Without one, the newest: a receipt proves the rest as well, and says what is missing.
   */
  certificateFor(of: RegisteredKey, issuedAt: number, key: Uint8Array, domain: FilingDomain): Certificate {
    const counts = ({ validFrom, validTo }: Certificate): boolean => validFrom <= issuedAt && issuedAt < validTo;
    return of.certificates.find((one) => counts(one) && certifies(of, one, key, domain)) ?? of.certificates[0]!;
  }

  /**
   * Sees to it that the platform's record keys are certified by this filing key for this registry, on the same terms as before: after a
   * rotation or a succession the signer is asked to. Throws what the signer throws, or `certificate-invalid` if it can't.
   */
  async certify(platform: number, signer: Signer, domain: FilingDomain): Promise<void> {
    const name = `${platform}/${toHex(signer.address)}/${toHex(domain.registry)}`;
    if (this.#certified.has(name)) return;
    let added = false;
    for (const of of this.#known.values()) {
      if (of.platform !== platform) continue;
      for (const terms of missing(of, signer.address, domain)) {
        if (signer.certify === undefined)
          throw gatewayError("certificate-invalid", `Platform ${platform}'s signer does not certify record keys.`);
        const signature = await signer.certify(terms, domain);
        await saveRecordKey(this.#db, { ...terms, jwk: of.jwk, certification: signature });
        added = true;
      }
    }
    if (added) await this.load();
    this.#certified.add(name);
  }

  /**
   * Looks for keys that are new in the database, unless that was done after `since` (of `performance.now()`). All who ask meanwhile
   * share a look, and no two looks follow closely.
   */
  async refresh(since: number): Promise<void> {
    if (this.#read > since) return;
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    await this.#looking;
  }

  async #look(): Promise<void> {
    await sleep(Math.max(0, this.#read + PAUSE - performance.now()));
    await this.load();
  }

  /** Registers a certificate, after checking that the platform's licensed key (20 bytes) signed it. Throws `certificate-invalid`. */
  async register(
    certificate: NewCertificate,
    licensedKey: Uint8Array | undefined,
    domain: FilingDomain,
  ): Promise<void> {
    const { platform, key, validFrom, validTo, signature } = certificate;
    const thumbprint = thumbprintOf(key);
    const digest = recordKeyDigest({ platform, thumbprint, validFrom, validTo }, domain);
    if (licensedKey === undefined || !isSignedBy(licensedKey, digest, signature)) {
      throw gatewayError(
        "certificate-invalid",
        `The certificate of platform ${platform}'s record key is not signed by its licensed filing key.`,
      );
    }
    await saveRecordKey(this.#db, { platform, thumbprint, jwk: key, validFrom, validTo, certification: signature });
    await this.load();
  }
}

function certifies(of: RegisteredKey, certificate: Certificate, key: Uint8Array, domain: FilingDomain): boolean {
  const { platform, thumbprint } = of;
  const { validFrom, validTo, signature } = certificate;
  return isSignedBy(key, recordKeyDigest({ platform, thumbprint, validFrom, validTo }, domain), signature);
}

/** Terms on which a record key was certified, and is not by this filing key for this registry; the oldest first. */
function missing(of: RegisteredKey, key: Uint8Array, domain: FilingDomain): RecordKeyTerms[] {
  const found = new Map<string, RecordKeyTerms>();
  for (const certificate of of.certificates.toReversed()) {
    const { validFrom, validTo } = certificate;
    const name = `${validFrom}-${validTo}`;
    // Set anew it comes last: the newest terms stay the newest.
    found.delete(name);
    found.set(name, { platform: of.platform, thumbprint: of.thumbprint, validFrom, validTo });
  }
  const done = of.certificates.filter((one) => certifies(of, one, key, domain));
  const terms = [...found.values()];
  return terms.filter(
    ({ validFrom, validTo }) => !done.some((one) => one.validFrom === validFrom && one.validTo === validTo),
  );
}
