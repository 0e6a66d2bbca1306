import { equal, fromHex, toHex } from "../core/bytes.ts";
import type { SignedFiling } from "../core/filing.ts";
import type { Account, Fees } from "./account.ts";
import { artifact } from "./artifacts.ts";
import type { Deployment } from "./deployment.ts";
import { encodeFile } from "./encode-file.ts";
import { chainError } from "./errors.ts";
import { hexBytes, type JsonRpc } from "./rpc.ts";

export interface BuiltTransaction {
  readonly raw: Uint8Array;
  readonly hash: Uint8Array;
  readonly nonce: number;
  readonly gasLimit: number;
}

/** What a node made of a raw transaction: new to it, held by it already, or too late for its nonce. */
export type Sent = "sent" | "known" | "nonce-used";

/** How long a fee is good for before the node is asked again. A filing's own bytes never change once built. */
const FEES_MILLISECONDS = 5_000;

/** Carries filings to the Registry, from an account that pays for them and proves nothing. */
export class FilingRelay {
  readonly address: Uint8Array;
  readonly #rpc: JsonRpc;
  readonly #account: Account;
  readonly #registry: Uint8Array;
  readonly #deployment: Deployment;
  #fees: { readonly fees: Fees; readonly until: number } | undefined;

  constructor(rpc: JsonRpc, account: Account, deployment: Deployment) {
    this.#rpc = rpc;
    this.#account = account;
    this.#registry = fromHex(deployment.registry, 20);
    this.#deployment = deployment;
    this.address = account.address;
  }

  /** The same account, filing with another registry of the deployment. */
  at(registry: Uint8Array): FilingRelay {
    if (equal(registry, this.#registry)) return this;
    return new FilingRelay(this.#rpc, this.#account, { ...this.#deployment, registry: toHex(registry) });
  }

  /** Whether its registry is the one that takes filings now. */
  async inService(): Promise<boolean> {
    const licences = artifact("Licences").interface;
    const data = licences.encodeFunctionData("registryInService", []);
    const answer = await this.#rpc.call("eth_call", [{ to: this.#deployment.licences, data }, "latest"], hexBytes);
    return equal(fromHex(String(licences.decodeFunctionResult("registryInService", answer)[0]), 20), this.#registry);
  }

  /** The account's next nonce as mined. */
  async nonce(): Promise<number> {
    return this.#account.minedNonce();
  }

  /** The signed transaction that calls `Registry.file`. */
  async build(
    filing: SignedFiling,
    options: { readonly nonce: number; readonly gasLimit: number },
  ): Promise<BuiltTransaction> {
    const { raw, hash } = this.#account.sign({
      to: this.#registry,
      data: encodeFile(filing),
      nonce: options.nonce,
      gasLimit: BigInt(options.gasLimit),
      fees: await this.#currentFees(),
    });
    return { raw, hash, ...options };
  }

  /** Sends raw transactions in order and answers in that order. Throws at the first that the node refuses for another reason. */
  async send(raws: readonly Uint8Array[]): Promise<Sent[]> {
    const answers: Sent[] = [];
    for (const raw of raws) {
      const answer = await this.#account.broadcast(raw);
      if (answer === "underpriced")
        throw chainError("transaction-failed", "The node refuses a filing: its fee cap is below the base fee of now");
      answers.push(answer);
    }
    return answers;
  }

  /** What became of a transaction; undefined while it is not mined. */
  async receipt(hash: Uint8Array): Promise<{ readonly ok: boolean; readonly blockNumber: number } | undefined> {
    const mined = await this.#account.mined(hash);
    return mined && { ok: mined.succeeded, blockNumber: mined.blockNumber };
  }

  /** The Registry's last number and head of a platform; number 0 and a zero head if it has filed nothing. */
  async lastFiling(platform: number): Promise<{ readonly number: number; readonly head: Uint8Array }> {
    const registry = artifact("Registry").interface;
    const data = registry.encodeFunctionData("platformState", [platform]);
    const answer = await this.#rpc.call("eth_call", [{ to: toHex(this.#registry), data }, "latest"], hexBytes);
    const state = registry.decodeFunctionResult("platformState", answer);
    return { number: Number(state["number"]), head: fromHex(String(state["head"]), 32) };
  }

  async #currentFees(): Promise<Fees> {
    const now = performance.now();
    if (this.#fees === undefined || this.#fees.until < now)
      this.#fees = { fees: await this.#account.fees(), until: now + FEES_MILLISECONDS };
    return this.#fees.fees;
  }
}
