import { setTimeout as sleep } from "node:timers/promises";
import { isSignedBy, type FilingDomain } from "../core/filing.ts";
import { type RecordKey, recordKeyDigest, recordKeySchema, kidOf, thumbprintOf } from "../core/record-key.ts";
import type { Database } from "../store/database.ts";
import { listRecordKeys, saveRecordKey } from "../store/platforms.ts";
import { gatewayError } from "./errors.ts";
import { type KnownRecordKey, publicKeyOf } from "./intake-record.ts";

/** A record key's certificate, as it was registered. */
export interface RegisteredKey extends KnownRecordKey {
  readonly jwk: RecordKey;
  readonly signature: Uint8Array;
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
      known.set(nameOf(row.platform, kidOf(jwk)), {
        jwk,
        key: publicKeyOf(jwk),
        validFrom: row.valid_from_time,
        validTo: row.valid_to_time,
        signature: row.certification,
      });
    }
    this.#known = known;
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
