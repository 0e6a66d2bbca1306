import { toHex, type Hex } from "../../src/core/bytes.ts";
import { splitEntries } from "../../src/core/filing.ts";
import { ContractLogs } from "../../src/chain/contract-logs.ts";
import { decodeLog, type FiledEvent } from "../../src/chain/events.ts";
import { smallQuantity } from "../../src/chain/rpc.ts";
import { audit, type AuditReport } from "../../src/regulator/audit.ts";
import { CHAIN_ID } from "./local-chain.ts";
import type { Market } from "./market.ts";

/** Every filing on the chain, in the order of the chain. */
export async function filingsOnChain(market: Market): Promise<FiledEvent[]> {
  const { deployment, chain } = market;
  const latest = await chain.rpc.call("eth_blockNumber", [], smallQuantity);
  const blocks = await new ContractLogs(chain.rpc, deployment, deployment.block).blocks(deployment.block, latest);
  return blocks
    .flatMap((block) => block.logs.flatMap((log) => decodeLog(log) ?? []))
    .filter((event) => event.type === "filed");
}

/** The borrower of each entry on the chain, with its place: in the order of the chain. */
export async function entriesOnChain(
  market: Market,
): Promise<{ platform: number; number: number; index: number; borrower: Hex; kind: number }[]> {
  return (await filingsOnChain(market)).flatMap(({ platform, number, entries }) =>
    splitEntries(entries).map((entry, index) => ({
      ...{ platform, number, index, kind: entry[0]! },
      borrower: toHex(entry.subarray(2, 34)),
    })),
  );
}

/** What the independent audit makes of the chain. */
export async function auditOf(market: Market): Promise<AuditReport> {
  const { registry, rulebook, licences, block } = market.deployment;
  return audit({ rpc: market.chain.rpc, chainId: CHAIN_ID, registry, rulebook, licences, from: block });
}
