import { AbiCoder, id } from "ethers";
import { RpcError, hexBytes, type JsonRpc } from "../chain/rpc.ts";
import { toHex } from "../core/bytes.ts";
import { encodeEntry } from "../core/encode-entry.ts";
import type { CustomCall } from "../core/rules/custom.ts";
import { UNDETERMINED, type Verdict } from "../core/rules/rule.ts";

/** What a decision said of CUSTOM, to be asked again. */
export interface CustomWord {
  readonly call: CustomCall;
  readonly verdict: Verdict;
  /** Of the filing. */
  readonly block: number;
}

/** How decisions on CUSTOM compare with what the node's copy of the rule says. */
export interface CustomChecks {
  readonly agreed: number;
  /** The rule says something else at the block before. One that reads nothing but its arguments never does. */
  readonly different: number;
  /** The node has no state of that block any more: the decision's word was taken. */
  readonly skipped: number;
}

const AT_ONCE = 20;
/** Gas of a call beside what the rule may use: that of a transaction, and of its bytes. */
const CALL_GAS = 21_000;
const BYTE_GAS = 16;

const FACTS = `(${Array.from({ length: 9 }, () => "uint256").join(",")})`;
const ARGUMENTS = ["bytes", FACTS];
const SELECTOR = id(`judge(bytes,${FACTS})`).slice(0, 10);

/** Asks each rule again, as it was one block before the filing. */
export async function askCustom(rpc: JsonRpc, words: readonly CustomWord[]): Promise<CustomChecks> {
  const counts = { agreed: 0, different: 0, skipped: 0 };
  for (let i = 0; i < words.length; i += AT_ONCE)
    await Promise.all(
      words.slice(i, i + AT_ONCE).map(async (word) => {
        const verdict = await verdictOf(rpc, word);
        if (verdict === undefined) counts.skipped++;
        else if (verdict === word.verdict) counts.agreed++;
        else counts.different++;
      }),
    );
  return counts;
}

/** The facts in the order of `CustomFacts` in `contracts/interfaces/IRule.sol`. */
export function factsOf({ facts }: CustomCall): readonly (number | bigint)[] {
  const { time, blockTime, platform, group, product, loan, opened, outstanding, openLoans } = facts;
  return [time, blockTime, platform, group, product, loan, opened, outstanding, openLoans];
}

/** Undefined if the node can't say. */
async function verdictOf(rpc: JsonRpc, { call, block }: CustomWord): Promise<Verdict | undefined> {
  const data =
    SELECTOR +
    AbiCoder.defaultAbiCoder()
      .encode(ARGUMENTS, [toHex(encodeEntry(call.entry)), factsOf(call)])
      .slice(2);
  const gas = call.gas + CALL_GAS + (BYTE_GAS * data.length) / 2;
  const params = [{ to: call.rule, data, gas: `0x${gas.toString(16)}` }, `0x${(block - 1).toString(16)}`];
  try {
    return meaning(await rpc.call("eth_call", params, hexBytes));
  } catch (error) {
    if (error instanceof RpcError)
      return /revert|out of gas|invalid opcode|stack/iu.test(error.message) ? UNDETERMINED : undefined;
    throw error;
  }
}

/** One word of 0, 1 or 2; anything else is no verdict. */
function meaning(answer: string): Verdict {
  if (answer.length !== 66) return UNDETERMINED;
  const [word] = AbiCoder.defaultAbiCoder().decode(["uint256"], answer) as unknown as [bigint];
  return word <= 2n ? (Number(word) as Verdict) : UNDETERMINED;
}
