/** The fragments for which something outside the receipt must be trusted: anchor and chain. */
import { equal, fromHex, toHex, word } from "../core/bytes.ts";
import type { Receipt } from "../core/receipt.ts";
import type { Evidence } from "./evidence.ts";
import { type BlockHeader, hashOfHeader, readHeader } from "./header.ts";
import { messageOf } from "./local.ts";
import type { ChainReader } from "./reader.ts";
import { failed, type Fragment, invalid, skipped, valid } from "./report.ts";
import { decodeRlp } from "./rlp.ts";
import { sealSlot } from "./seal-slot.ts";
import { readProof } from "./trie.ts";
import { type Trust, trustedDomain } from "./verify.ts";

type Anchor = Receipt["anchor"];
type Proof = NonNullable<Anchor["proof"]>;

/** The registry's state holds the seal. */
export async function checkAnchor(
  evidence: Evidence,
  trust: Trust,
  reader: ChainReader | undefined,
): Promise<Fragment> {
  const { anchor, filing, decision } = evidence;
  if (!anchor.ok) return invalid(anchor.wrong);
  const foreign = foreignTo(anchor.value, trust);
  if (foreign !== undefined) return invalid(foreign);
  if (!filing.ok || !decision.ok) return skipped("The anchor can't be checked without filing and decision.");
  const { platform, number } = filing.value;
  const { proof } = anchor.value;
  const seal = fromHex(decision.value.seal);
  if (proof !== undefined) {
    const wrong = faultOfProof(proof, fromHex(anchor.value.registry), platform, number, seal);
    if (wrong !== undefined) return invalid(wrong);
  }
  if (trust.domain === undefined)
    return skipped(
      "No registry is given to trust (--rpc and --registry); the receipt's own word for it counts nothing.",
    );
  if (reader !== undefined) {
    try {
      const held = await reader.sealOf(platform, number);
      if (held === undefined) return invalid(`The registry has no filing ${number} of platform ${platform}.`);
      const { registry } = anchor.value;
      const by = registry === toHex(trust.domain.registry) ? "" : `, taken over from its predecessor ${registry}`;
      return equal(held, seal)
        ? valid(`The registry holds this seal for filing ${number} of platform ${platform}${by}.`)
        : invalid(`The registry holds another seal for filing ${number} of platform ${platform}.`);
    } catch (error) {
      return failed(`The seal could not be read from the registry: ${messageOf(error)}`);
    }
  }
  if (trust.blockHash === undefined) return skipped("Neither a node (--rpc) nor a block hash (--block-hash) is given.");
  if (proof === undefined) return skipped("The receipt has no state proof to check against the block hash.");
  return valid(`The state of block ${proof.hash} proves this seal.`);
}

/** The blocks are of the chain that the verifier trusts. */
export async function checkChain(
  { anchor, decision }: Evidence,
  trust: Trust,
  reader: ChainReader | undefined,
): Promise<Fragment> {
  if (!anchor.ok) return skipped("The blocks can't be checked without the anchor.");
  const { block, proof } = anchor.value;
  const wrong = faultOfHeaders(anchor.value, decision);
  if (wrong !== undefined) return invalid(wrong);
  if (proof !== undefined && trust.blockHash !== undefined && !equal(fromHex(proof.hash), trust.blockHash))
    return invalid(`The state proof is for block ${proof.hash}, not for the one that is trusted.`);
  if (reader !== undefined) {
    try {
      return await checkBlocks(anchor.value, decision, reader);
    } catch (error) {
      return failed(`The block could not be read from the node: ${messageOf(error)}`);
    }
  }
  if (trust.blockHash === undefined)
    return skipped("Neither a node (--rpc) nor a block hash (--block-hash) is given to trust.");
  if (proof === undefined) return skipped("The receipt has no state proof to check against the block hash.");
  return valid(`The state proof is for the trusted block; the filing was mined in block ${block.number} or before.`);
}

function foreignTo({ chainId, registry }: Anchor, trust: Trust): string | undefined {
  const { domain } = trust;
  if (domain === undefined) return undefined;
  if (chainId !== domain.chainId.toString()) return `The receipt is of chain ${chainId}, not ${domain.chainId}.`;
  if (trustedDomain(trust, fromHex(registry)) === undefined)
    return `The receipt is of registry ${registry}, which is neither ${toHex(domain.registry)} nor known to come before it.`;
  return undefined;
}

async function checkBlocks(
  { block, proof }: Anchor,
  decision: Evidence["decision"],
  reader: ChainReader,
): Promise<Fragment> {
  const mined = await reader.block(block.number);
  if (mined === undefined) return invalid(`The chain has no block ${block.number}, as far as the node knows it.`);
  if (toHex(mined.hash) !== block.hash) return invalid(`Block ${block.number} of the chain is ${toHex(mined.hash)}.`);
  if (decision.ok && mined.time !== decision.value.time)
    return invalid(`Block ${block.number} has another time than the receipt says.`);
  const header = proof && readHeader(fromHex(proof.header));
  const proving = header && (await reader.block(header.number));
  if (proof && proving && toHex(proving.hash) !== proof.hash)
    return invalid(`The block of the state proof, ${proof.hash}, is not of this chain.`);
  return valid(`Block ${block.number} of the chain is the one that mined the filing.`);
}

/** Whether headers are those of the hashes beside them, and the time that of the decision. Hashes without a header are for a node to confirm. */
function faultOfHeaders({ block, proof }: Anchor, decision: Evidence["decision"]): string | undefined {
  if (block.header !== undefined) {
    const header = headerOf(block.header, block.hash);
    if (header === undefined) return "The header of the block does not hash to its hash.";
    if (header.number !== block.number) return `The block's header has the number ${header.number}.`;
    if (decision.ok && header.time !== decision.value.time) return "The block has another time than the seal.";
  }
  if (proof === undefined) return undefined;
  // Often the same block, and hashing it twice is half the work here.
  if (proof.header === block.header && proof.hash === block.hash) return undefined;
  const header = headerOf(proof.header, proof.hash);
  if (header === undefined) return "The header of the state proof does not hash to its hash.";
  return orderOf(block, header, proof);
}

/** What a header says, if it hashes to `hash`. */
function headerOf(header: string, hash: string): BlockHeader | undefined {
  const bytes = fromHex(header);
  return toHex(hashOfHeader(bytes)) === hash ? readHeader(bytes) : undefined;
}

function orderOf(block: Anchor["block"], header: BlockHeader, proof: Proof): string | undefined {
  if (header.number < block.number) return "The state proof is for a block before the filing's.";
  if (header.number === block.number && proof.hash !== block.hash)
    return "The state proof is for another block of the same number.";
  return undefined;
}

/** What keeps the proof from showing that the registry's state holds the seal. */
function faultOfProof(
  proof: Proof,
  registry: Uint8Array,
  platform: number,
  number: number,
  seal: Uint8Array,
): string | undefined {
  const header = readHeader(fromHex(proof.header));
  if (header === undefined) return "The header of the state proof can't be read.";
  const bytes = (nodes: readonly string[]) => nodes.map((node) => fromHex(node));
  const account = readProof(header.stateRoot, registry, bytes(proof.account));
  if ("bad" in account) return `The proof of the registry's account is broken: ${account.bad}.`;
  if (!account.found) return "The state of that block has no such registry.";
  const fields = decodeRlp(account.value);
  const root = fields instanceof Uint8Array ? undefined : fields?.[2];
  if (!(root instanceof Uint8Array)) return "The registry's account can't be read.";
  const held = readProof(root, word(sealSlot(platform, number)), bytes(proof.storage));
  if ("bad" in held) return `The proof of the seal is broken: ${held.bad}.`;
  if (!held.found) return `The state of that block has no filing ${number} of platform ${platform}.`;
  const value = decodeRlp(held.value);
  // Stored words are written without leading zeros.
  const padded = value instanceof Uint8Array && value.length <= 32 ? new Uint8Array(32) : undefined;
  if (padded && value instanceof Uint8Array) padded.set(value, 32 - value.length);
  return padded && equal(padded, seal) ? undefined : "The state of that block holds another seal.";
}
