/**
 * What PILOT and CUSTOM cost, the rules that other contracts have a say in: the same filings as in `gas.ts` with one of them on beside all
 * others, and without. CUSTOM's rule here does nothing but answer.
 */
import { ruleBit, type RuleName } from "../src/core/decision.ts";
import type { Limits } from "../src/core/limit-fields.ts";
import type { PilotTerms } from "../src/core/sandbox.ts";
import { bits, closed, DAY, fixtures, NOW, opened, repaid, SERVED_RULES } from "../test/contracts/fixtures.ts";
import { hostileRuleCode, ruleAddress } from "../test/support/custom-rules.ts";
import { Filer, pseudonym } from "./filing-gas.ts";

/** A figure by its name. */
export interface OutsideGas {
  readonly name: string;
  readonly gas: number;
}

const PILOT = 3;
const ANSWERS = ruleAddress(13);
/** Open from before the first filing on. */
const FROM = NOW + DAY;

const TERMS: PilotTerms = {
  product: 1,
  opensAt: NOW,
  endsAt: NOW + 3_650 * DAY,
  maxLoans: 100_000,
  maxBorrowers: 100_000,
  maxOutstanding: 10n ** 15n,
  maxLoss: 10n ** 15n,
  consent: true,
  defaultShare: 100_000,
  defaultFrom: 50,
  complaintShare: 100_000,
  complaintFrom: 50,
};

export async function outsideGas(): Promise<OutsideGas[]> {
  const { deploy } = await fixtures();
  const lives: number[][] = [];
  for (const rule of [undefined, "PILOT", "CUSTOM"] as const) {
    const t = await deploy();
    await t.networkHelpers.setCode(ANSWERS, hostileRuleCode());
    const platform = await t.grant();
    await t.sandbox.open(PILOT, TERMS, [platform.platform], "bench");
    await t.publish({ from: FROM, limits: limitsWith(rule) });
    const filer = new Filer(t);
    filer.pass(2 * DAY);
    await filer.gasOf(platform, []);
    const at = (k: number) => ({ borrower: pseudonym(k), time: filer.clock });
    const schedule = [{ count: 12, unit: "month", gap: 1, amount: 113_597n }] as const;
    const loan = (k: number) => opened({ ...at(k), principal: 1_234_567n, schedule, disclosed: filer.clock - 600 });
    const paying = { principal: 101_234n, charges: 12_363n };
    const first = await filer.each(platform, loan);
    filer.pass(30 * DAY);
    const paid = await filer.each(platform, (k) => repaid(first.refs[k]!, { ...at(k), ...paying }));
    filer.pass(30 * DAY);
    const again = await filer.each(platform, (k) => repaid(first.refs[k]!, { ...at(k), ...paying }));
    const rest = { principal: 1_032_099n, charges: 12_363n };
    const end = await filer.each(platform, (k) => closed(first.refs[k]!, { ...at(k), ...rest }));
    filer.pass(2 * DAY);
    const next = await filer.each(platform, loan);
    const gas = [first.gas, paid.gas, again.gas, end.gas, next.gas];
    lives.push(rule === undefined ? gas : gas.map((more, k) => more - lives[0]![k]!));
  }
  const names = ["first loan", "partial repayment, first ever", "partial repayment", "closed", "returning, none open"];
  return ["PILOT", "CUSTOM"].flatMap((rule, k) =>
    names.map((name, of) => ({ name: `${rule} adds to: ${name}`, gas: lives[k + 1]![of]! })),
  );
}

function limitsWith(rule: RuleName | undefined): Partial<Limits> {
  const on = bits(SERVED_RULES) | (rule === undefined ? 0 : ruleBit(rule));
  const caps = { coolingOff: DAY, maxLoans: 4, maxLenders: 3, marketCap: 100_000_000n, platformCap: 50_000_000n };
  return { ...caps, on: on >>> 0, pilot: PILOT, custom: ANSWERS, customGas: 30_000 };
}
