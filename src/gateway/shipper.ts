import { equal } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import { type FilingDomain, headOf, type SignedFiling } from "../core/filing.ts";
import type { Database } from "../store/database.ts";
import { findByState, type FilingRow, markBroadcast, type SignedRow, storeSigned } from "../store/filings.ts";
import { haltPlatform } from "../store/platforms.ts";
import type { Alarms } from "./alarms.ts";
import type { CrashPoint } from "./crash-points.ts";
import { FILING_GAS, gasLimitFor, TRANSACTION_GAS } from "./gas.ts";
import type { Relay, Signer } from "./ports.ts";
import { assertLicensed } from "./signers.ts";

export interface ShipperOptions {
  readonly db: Database;
  readonly relay: Relay;
  readonly domain: FilingDomain;
  readonly signerOf: (platform: number) => Promise<Signer>;
  /** The address that a platform is licensed with now. */
  readonly licensedKey: (platform: number) => Uint8Array | undefined;
  /** Has the platform's record keys certified by this signer for this registry, where they are not. */
  readonly certify: (platform: number, signer: Signer, domain: FilingDomain) => Promise<void>;
  /** Whether filings on their way are to be cut anew, because one outgrew a transaction: then nothing more is done with them. */
  readonly recut: () => boolean;
  readonly alarms: Alarms;
  /** Something was handed to the chain. */
  readonly onSent: () => void;
  readonly crashPoint: CrashPoint;
  /** Milliseconds after which a filing that was sent and isn't mined is looked after. */
  readonly patience: number;
}

/** A filing between its cut and its block. */
export interface Shipment {
  readonly ordinal: number;
  readonly filing: Omit<SignedFiling, "signature">;
  /** Predicted gas; unknown for those of before a restart. */
  readonly gas: number | undefined;
  /** Its transaction, once stored. */
  readonly sent?: {
    readonly raw: Uint8Array;
    readonly hash: Uint8Array;
    readonly nonce: number;
    readonly gasLimit: number;
  };
}

/** Filings signed and sent in one go. */
const BATCH = 8;
/** Transactions of one filing that may revert before its platform is stopped. */
const ATTEMPTS = 2;
/** Looks at a transaction that stays pending before it is built anew, under the same nonce, with the fees of then. */
const LOOKS = 6;
/** Milliseconds before a signer that didn't certify a record key is asked again. */
const CERTIFY_AGAIN = 60_000;

/**
 * Takes filings from their cut to the chain: has them signed, stores the raw transaction, sends it, and sends it again while no block
 * holds it. Whatever it does twice the registry takes once, because a filing's number and previous head fit once.
 */
export class Shipper {
  readonly #options: ShipperOptions;
  /** In the order in which they were closed. */
  readonly #shipments = new Map<number, Shipment>();
  readonly #attempts = new Map<number, number>();
  readonly #looks = new Map<number, number>();
  /** Platforms whose signer failed, and when to ask it again. */
  readonly #mute = new Map<number, number>();
  /** Platforms whose signer did not certify record keys, and when to ask it again. */
  readonly #uncertified = new Map<number, number>();
  #nonce = 0;
  #lookAfter = 0;

  constructor(options: ShipperOptions) {
    this.#options = options;
  }

  /** Filings that are cut and not mined. */
  get inFlight(): number {
    return this.#shipments.size;
  }

  /** Takes up what an earlier run left, and sends again what it may have sent. */
  async resume(): Promise<void> {
    const { db, relay } = this.#options;
    this.#nonce = await relay.nonce();
    for (const row of await findByState(db, ["cut", "signed", "broadcast"])) {
      this.#shipments.set(row.ordinal, shipmentOf(row));
      // Of one that has to be signed again too: its former transaction may still be in a node's pool.
      if (row.nonce !== null) this.#nonce = Math.max(this.#nonce, row.nonce + 1);
    }
    const stored = [...this.#shipments.values()].filter((one) => one.sent !== undefined);
    await this.#send(stored);
  }

  /** Adds a filing that was stored as cut. */
  add(shipment: Shipment): void {
    this.#shipments.set(shipment.ordinal, shipment);
  }

  /** A block holds the filing. */
  mined(platform: number, number: number): void {
    for (const [ordinal, { filing }] of this.#shipments) {
      if (filing.platform !== platform || filing.number !== number) continue;
      this.#shipments.delete(ordinal);
      this.#attempts.delete(ordinal);
      this.#looks.delete(ordinal);
      return;
    }
  }

  /** Signs and sends what is waiting, and looks after what was sent. Returns whether there may be more to do at once. */
  async step(now: number): Promise<boolean> {
    const waiting = [...this.#shipments.values()]
      .filter((one) => one.sent === undefined && (this.#mute.get(one.filing.platform) ?? 0) <= now)
      .slice(0, BATCH);
    if (waiting.length > 0) {
      const built = await this.#build(waiting, now);
      await this.#send(built);
      this.#lookAfter = now + this.#options.patience;
      return true;
    }
    if (this.#shipments.size > 0 && now >= this.#lookAfter) {
      await this.#lookAfterSent(now);
      this.#lookAfter = now + this.#options.patience;
    }
    return false;
  }

  /** Has filings signed, builds their transactions and stores both. A filing whose signer fails stays behind, with its platform. */
  async #build(shipments: readonly Shipment[], now: number, keepNonce = false): Promise<Shipment[]> {
    const rows: SignedRow[] = [];
    const built: Shipment[] = [];
    let next = this.#nonce;
    for (const shipment of shipments) {
      const { ordinal, filing, gas } = shipment;
      if ((this.#mute.get(filing.platform) ?? 0) > now) continue;
      const signature = await this.#sign(shipment, now);
      if (signature === undefined) continue;
      const attempts = this.#attempts.get(ordinal) ?? 0;
      const gasLimit = gas === undefined || attempts > 0 ? TRANSACTION_GAS : gasLimitFor(gas);
      const nonce = keepNonce && shipment.sent !== undefined ? shipment.sent.nonce : next++;
      const transaction = await this.#options.relay.build({ ...filing, signature }, { nonce, gasLimit });
      rows.push({
        ordinal,
        signature,
        nonce: transaction.nonce,
        gasLimit,
        transactionHash: transaction.hash,
        transaction: transaction.raw,
      });
      built.push({ ...shipment, sent: transaction });
    }
    if (rows.length === 0) return [];
    await this.#options.crashPoint("signed:before");
    await storeSigned(this.#options.db, rows);
    await this.#options.crashPoint("signed:after");
    this.#nonce = next;
    for (const shipment of built) {
      // It may have been mined meanwhile: anybody can relay it.
      if (this.#shipments.has(shipment.ordinal)) this.#shipments.set(shipment.ordinal, shipment);
    }
    return built;
  }

  async #sign({ filing }: Shipment, now: number): Promise<Uint8Array | undefined> {
    const { alarms, signerOf, licensedKey, domain } = this.#options;
    try {
      const signer = await signerOf(filing.platform);
      assertLicensed(signer, licensedKey(filing.platform), filing.platform);
      const signature = await signer.signFiling(filing, domain);
      this.#mute.delete(filing.platform);
      alarms.lower("signer-unavailable", filing.platform);
      await this.#certify(filing.platform, signer, now);
      return signature;
    } catch (error) {
      this.#mute.set(filing.platform, now + this.#options.patience);
      alarms.raise("signer-unavailable", `Platform ${filing.platform}'s signer did not sign filing ${filing.number}.`, {
        platform: filing.platform,
        cause: error,
      });
      return undefined;
    }
  }

  /** Receipts need it; filings don't, so that they don't wait for it. */
  async #certify(platform: number, signer: Signer, now: number): Promise<void> {
    const { alarms, certify, domain } = this.#options;
    if ((this.#uncertified.get(platform) ?? 0) > now) return;
    try {
      await certify(platform, signer, domain);
      this.#uncertified.delete(platform);
      alarms.lower("certificate-missing", platform);
    } catch (error) {
      this.#uncertified.set(platform, now + CERTIFY_AGAIN);
      const message = `Platform ${platform}'s record keys are not certified by its filing key of now for this registry.`;
      alarms.raise("certificate-missing", message, { platform, cause: error });
    }
  }

  async #send(shipments: readonly Shipment[], mayBuildAnew = true): Promise<void> {
    if (shipments.length === 0) return;
    const { relay, db, crashPoint, onSent } = this.#options;
    await crashPoint("broadcast:before");
    try {
      await relay.send(shipments.map((one) => one.sent!.raw));
    } catch (error) {
      // The node finds the fees too low: they were set when the transactions were built.
      if (!mayBuildAnew || !(error instanceof AppError) || error.code !== "transaction-failed") throw error;
      return this.#send(await this.#build(shipments, Date.now(), true), false);
    }
    await crashPoint("broadcast:after");
    await markBroadcast(
      db,
      shipments.map((one) => one.ordinal),
    );
    onSent();
  }

  /**
   * What was sent a while ago and is not mined: sends it again; builds it anew, if its transaction reverted or another one used its
   * nonce up. The registry's own number and head decide whether the filing is still to come.
   */
  async #lookAfterSent(now: number): Promise<void> {
    const { relay } = this.#options;
    const sent = [...this.#shipments.values()].filter((one) => one.sent !== undefined);
    const mined = await relay.nonce();
    const gap = sent.length > 0 && sent.every((one) => one.sent!.nonce > mined);
    const again: Shipment[] = [];
    const stuck: Shipment[] = [];
    const anew: Shipment[] = [];
    const expected = new Map<number, { number: number; head: Uint8Array }>();
    for (const shipment of sent) {
      const { filing, sent: transaction } = shipment;
      const receipt = await relay.receipt(transaction!.hash);
      // The follower tells us soon.
      if (receipt?.ok === true) continue;
      // Nor does a registry that is out of service take it: the next session signs it for the successor.
      if (receipt !== undefined && !(await relay.inService())) return;
      const used = receipt !== undefined || transaction!.nonce < mined;
      if (!used && !gap) {
        (this.#isStuck(shipment) ? stuck : again).push(shipment);
        continue;
      }
      const last = expected.get(filing.platform) ?? (await relay.lastFiling(filing.platform));
      if (last.number !== filing.number - 1 || !equal(last.head, filing.previous)) continue;
      expected.set(filing.platform, { number: filing.number, head: headOf(filing, this.#options.domain) });
      if (receipt !== undefined && !this.#mayTryAgain(shipment)) {
        if (this.#options.recut()) return;
        await this.#giveUp(shipment);
        continue;
      }
      anew.push(shipment);
    }
    await this.#send(again);
    await this.#send(await this.#build(stuck, now, true));
    if (anew.length === 0) return;
    this.#nonce = gap ? mined : Math.max(this.#nonce, mined);
    await this.#send(await this.#build(anew, now));
  }

  /** Whether a transaction has been pending for so long that its fees must be too low. */
  #isStuck({ ordinal }: Shipment): boolean {
    const looks = (this.#looks.get(ordinal) ?? 0) + 1;
    this.#looks.set(ordinal, looks % LOOKS);
    return looks === LOOKS;
  }

  #mayTryAgain({ ordinal }: Shipment): boolean {
    const attempts = (this.#attempts.get(ordinal) ?? 0) + 1;
    this.#attempts.set(ordinal, attempts);
    return attempts < ATTEMPTS;
  }

  async #giveUp({ filing }: Shipment): Promise<void> {
    const { platform, number } = filing;
    const reason = `the registry does not take filing ${number}: its transaction reverts`;
    await haltPlatform(this.#options.db, platform, reason);
    this.#options.alarms.raise("filing-reverts", `Platform ${platform} stands still: ${reason}.`, { platform });
    for (const [ordinal, shipment] of this.#shipments) {
      if (shipment.filing.platform === platform) this.#shipments.delete(ordinal);
    }
  }
}

function shipmentOf(row: FilingRow): Shipment {
  const { ordinal, platform, number, previous, records_root: recordsRoot, entries } = row;
  const sent =
    row.transaction !== null && row.transaction_hash !== null && row.nonce !== null
      ? { raw: row.transaction, hash: row.transaction_hash, nonce: row.nonce, gasLimit: row.gas_limit ?? FILING_GAS }
      : undefined;
  return {
    ordinal,
    filing: { platform, number, previous, recordsRoot, entries },
    gas: undefined,
    ...(sent !== undefined && { sent }),
  };
}
