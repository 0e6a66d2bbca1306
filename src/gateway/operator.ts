import type { FilingDomain } from "../core/filing.ts";
import { listApiKeys, revokeApiKey } from "../store/api-keys.ts";
import type { Database } from "../store/database.ts";
import { WAITING_AFTER } from "../store/filings.ts";
import { readMark } from "../store/marks.ts";
import { refileOvertaken } from "../store/mining.ts";
import { listPlatforms, savePlatform } from "../store/platforms.ts";
import { countFilings, countWaiting } from "../store/queue.ts";
import { createApiKey, type Role } from "./api-keys.ts";
import { gatewayError } from "./errors.ts";
import type { NewCertificate, RecordKeys } from "./record-keys.ts";
import { assertLicensed, type SignerReference, type Signers } from "./signers.ts";

export interface OperatorOptions {
  readonly db: Database;
  /** Where filings go now. */
  readonly domain: () => FilingDomain;
  readonly recordKeys: RecordKeys;
  readonly signers: Signers;
  /** The address a platform is licensed with, 20 bytes, as the chain says. */
  readonly licensedKey: (platform: number) => Uint8Array | undefined;
  /** The pipeline has to take its state up anew. */
  readonly onUpset: () => void;
}

/** A platform's queue. */
export interface QueueStatus {
  readonly platform: number;
  readonly name: string;
  /** Why it stands still, if it does. */
  readonly halted: string | null;
  readonly waiting: number;
  /** Filings by the state they are in. */
  readonly filings: Readonly<Record<string, number>>;
}

/** What an operator does, over HTTP or from the command line. */
export class Operator {
  readonly #options: OperatorOptions;

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  /** Makes an API key, which is shown this once. */
  async createKey(key: { role: Role; platform?: number | undefined; label: string }): Promise<string> {
    if ((key.role === "platform") !== (key.platform !== undefined)) {
      throw gatewayError("request-invalid", "body.platform: a key of the role platform belongs to one, others to none");
    }
    if (key.platform !== undefined) await this.#assertKnown(key.platform);
    return createApiKey(this.#options.db, key);
  }

  async listKeys(): ReturnType<typeof listApiKeys> {
    return listApiKeys(this.#options.db);
  }

  async revokeKey(prefix: string): Promise<boolean> {
    return revokeApiKey(this.#options.db, prefix);
  }

  /** Registers a platform with its signer, after seeing that the signer holds the licensed key. */
  async setPlatform(platform: { number: number; name: string; signer: SignerReference }): Promise<void> {
    const { db, signers, licensedKey } = this.#options;
    assertLicensed(await signers.open(platform.signer), licensedKey(platform.number), platform.number);
    await savePlatform(db, platform);
    signers.forget(platform.number);
  }

  async registerRecordKey(certificate: NewCertificate): Promise<void> {
    await this.#assertKnown(certificate.platform);
    const { recordKeys, licensedKey, domain } = this.#options;
    await recordKeys.register(certificate, licensedKey(certificate.platform), domain());
  }

  async queues(): Promise<QueueStatus[]> {
    const { db } = this.#options;
    const after = await readMark(db, WAITING_AFTER);
    const [platforms, waiting, filings] = await Promise.all([
      listPlatforms(db),
      countWaiting(db, after),
      countFilings(db),
    ]);
    return platforms.map(({ number, name, halted }) => ({
      platform: number,
      name,
      halted,
      waiting: waiting.get(number) ?? 0,
      filings: filings.get(number) ?? {},
    }));
  }

  /**
   * Lets a platform's halted queue go on: what was overtaken is filed again under new numbers, behind the chain's head. Returns how
   * many submissions wait again.
   */
  async resume(platform: number): Promise<number> {
    await this.#assertKnown(platform);
    const again = await refileOvertaken(this.#options.db, platform);
    this.#options.signers.forget(platform);
    this.#options.onUpset();
    return again;
  }

  async #assertKnown(platform: number): Promise<void> {
    const known = (await listPlatforms(this.#options.db)).some(({ number }) => number === platform);
    if (!known) throw gatewayError("platform-unknown", `Platform ${platform} is not registered here.`);
  }
}
