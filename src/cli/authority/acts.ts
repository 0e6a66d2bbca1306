/** What an order can do: each act as records. */
import { CLOSE_REASONS, type CloseReason } from "../../core/entry.ts";
import type { Hex } from "../../core/bytes.ts";
import { minorUnits } from "../../regulator/units.ts";
import { moneyInWords } from "../../regulator/value-words.ts";
import { cliError } from "../errors.ts";
import { wholeNumber } from "../platform/values.ts";
import { type Authority, type Loan, loansOf, openAuthority, type OrderOptions } from "./authority.ts";
import { carryOut, type Remedy } from "./filing.ts";

export interface CloseOptions extends OrderOptions {
  readonly reason: CloseReason;
  readonly principal?: string;
  readonly charges?: string;
}

export interface CorrectOptions extends OrderOptions {
  readonly outstanding?: string;
  readonly closedAt?: string;
  readonly closeReason?: CloseReason;
  readonly superseded?: string;
  readonly why: string;
}

export interface AssignOptions extends OrderOptions {
  readonly to: string;
}

export interface ComplainOptions extends OrderOptions {
  readonly topic: string;
}

export interface BarOptions extends OrderOptions {
  readonly borrower?: string;
  readonly until?: string;
  readonly lift?: boolean;
  readonly why: string;
}

/** Ends loans. */
export async function close(ids: readonly string[], options: CloseOptions): Promise<void> {
  await each(ids, options, (authority, loan) => {
    const [principal, charges] = [
      amount(authority, loan, "--principal", options.principal ?? "0"),
      amount(authority, loan, "--charges", options.charges ?? "0"),
    ];
    const paid =
      principal + charges > 0n ? `, with a last payment of ${money(authority, loan, principal + charges)}` : "";
    return {
      kind: "Closed",
      told: `Closed as ${options.reason}${paid}: ${inWords(authority, loan)}`,
      event: { reason: options.reason, principal: String(principal), charges: String(charges) },
    };
  });
}

/** Hands loans to another lender. */
export async function assign(ids: readonly string[], options: AssignOptions): Promise<void> {
  const to = wholeNumber("--to", options.to, 262_143);
  const authority = await openAuthority(options);
  const taker = (await authority.law.context.regulator.platforms()).find(({ platform }) => platform === to);
  if (taker?.standing !== "active")
    throw cliError("option-invalid", `--to: platform ${to} has no active licence, so that it can't hold loans`, {
      fix: "See `tally platform list` for those that have.",
    });
  await eachOf(authority, ids, options, (loan) => ({
    kind: "Assigned",
    told: `Assigned to platform ${to}, ${taker.name}: ${inWords(authority, loan)}`,
    event: { to, side: "assignor" },
  }));
}

/** Puts complaints on record that a platform withheld. */
export async function complain(ids: readonly string[], options: ComplainOptions): Promise<void> {
  const topic = code("--topic", options.topic);
  await each(ids, options, (authority, loan) => ({
    kind: "Complained",
    told: `Complained, topic ${topic}, of ${authority.law.local(authority.at)}: ${inWords(authority, loan)}`,
    event: { topic },
  }));
}

/** Corrects what a platform filed. */
export async function correct(ids: readonly string[], options: CorrectOptions): Promise<void> {
  const given = [options.outstanding, options.closedAt, options.closeReason].filter((one) => one !== undefined);
  if (given.length !== 1)
    throw cliError("option-invalid", "Say what is corrected: one of --outstanding, --closed-at and --close-reason");
  if (options.closedAt !== undefined && options.at === undefined)
    throw cliError("option-invalid", "--closed-at needs --at: when the last close was, as it is on record", {
      fix: "Give the recorded instant with --at, and the right one with --closed-at.",
    });
  const why = code("--why", options.why);
  await each(ids, options, (authority, loan) => {
    const superseded = options.superseded === undefined ? loan.opening : leaf("--superseded", options.superseded);
    const [what, value, told] = correction(authority, loan, options);
    return {
      kind: "Corrected",
      told: `Corrected, ${told}: ${inWords(authority, loan)}`,
      event: { superseded, what, value: String(value), why },
    };
  });
}

function correction(
  authority: Authority,
  loan: Loan,
  options: CorrectOptions,
): readonly [string, bigint | number, string] {
  if (options.outstanding !== undefined) {
    const value = amount(authority, loan, "--outstanding", options.outstanding);
    return ["outstanding", value, `${money(authority, loan, value)} are outstanding`];
  }
  if (options.closedAt !== undefined) {
    const value = authority.law.moment("--closed-at", options.closedAt);
    return ["time", value, `the close of ${authority.law.local(authority.at)} was on ${authority.law.local(value)}`];
  }
  const reason = options.closeReason!;
  return ["reason", CLOSE_REASONS.indexOf(reason) + 1, `it was closed as ${reason}`];
}

/** Bars a borrower from loans, or lifts a bar. */
export async function bar(ids: readonly string[], options: BarOptions): Promise<void> {
  if ((options.until === undefined) === (options.lift !== true))
    throw cliError("option-invalid", "Say until when: --until DAY, or --lift to end a bar");
  if (options.borrower !== undefined && ids.length > 0)
    throw cliError("option-invalid", "Say whom: the borrowers of loans, or one with --borrower, not both");
  const why = code("--why", options.why);
  const authority = await openAuthority(options);
  const { law, at } = authority;
  const until = options.until === undefined ? at : law.moment("--until", options.until);
  if (options.until !== undefined && until <= at)
    throw cliError("option-invalid", `--until: ${options.until} is not after ${law.local(at)}, when the bar begins`);
  const borrowers =
    options.borrower === undefined
      ? (await loansOf(authority, ids, options)).map(({ claims }) => claims.borrower.pseudonym)
      : [leaf("--borrower", options.borrower)];
  const told = options.lift === true ? "no bar any more" : `barred until ${law.local(until)}`;
  const remedies = [...new Set(borrowers)].map((borrower): Remedy => ({
    kind: "Barred",
    told: `Barred: borrower ${borrower}, ${told}`,
    borrower,
    event: { until, why },
  }));
  await carryOut(authority, remedies, options);
}

type Act = Pick<Remedy, "kind" | "told" | "event">;

async function each(
  ids: readonly string[],
  options: OrderOptions,
  act: (authority: Authority, loan: Loan) => Act,
): Promise<void> {
  const authority = await openAuthority(options);
  await eachOf(authority, ids, options, (loan) => act(authority, loan));
}

async function eachOf(
  authority: Authority,
  ids: readonly string[],
  options: OrderOptions,
  act: (loan: Loan) => Act,
): Promise<void> {
  const loans = await loansOf(authority, ids, options);
  const remedies = loans.map((loan): Remedy => {
    const { opening, claims } = loan;
    return { ...act(loan), borrower: claims.borrower.pseudonym, loan: { number: claims.loan.number, opening } };
  });
  await carryOut(authority, remedies, options);
}

function inWords(authority: Authority, loan: Loan): string {
  const { claims, platform, opening } = loan;
  const opened = authority.law.local(claims.time.at);
  return `loan ${claims.loan.number} of platform ${platform}, ${money(authority, loan, claims.terms.principal)} of ${opened} (${opening})`;
}

const money = ({ law }: Authority, { claims }: Loan, value: bigint): string =>
  moneyInWords(value, law.words(claims.terms.product).currency);

/** Minor units of an amount in the currency's major units; in minor units where no pack says the currency. */
function amount({ law }: Authority, { claims }: Loan, option: string, text: string): bigint {
  const decimals = law.words(claims.terms.product).currency?.decimals ?? 0;
  if (/^\d{1,12}(\.\d{1,4})?$/u.test(text) && (text.split(".")[1]?.length ?? 0) <= decimals)
    return minorUnits(text, decimals);
  throw cliError("option-invalid", `${option}: ${text.slice(0, 40)} is no amount with at most ${decimals} decimals`);
}

function code(option: string, text: string): number {
  if (/^\d{1,3}$/u.test(text) && Number(text) <= 255) return Number(text);
  throw cliError("option-invalid", `${option}: ${text.slice(0, 40)} is no code from 0 to 255`);
}

function leaf(option: string, text: string): Hex {
  if (/^0x[0-9a-f]{64}$/iu.test(text)) return text.toLowerCase() as Hex;
  throw cliError("option-invalid", `${option}: ${text.slice(0, 80)} is not 0x and 64 hexadecimal digits`);
}
