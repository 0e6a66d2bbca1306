/** Single acts of the rulemaker, of whoever enters reference rates, and of whoever holds the emergency's power. */
import type { Dated } from "../../core/rulebook.ts";
import type { Limits } from "../../core/limit-fields.ts";
import { duration, percent } from "../../regulator/units.ts";
import { durationInWords, percentInWords } from "../../regulator/value-words.ts";
import { cliError } from "../errors.ts";
import { print, printJson } from "../output.ts";
import { confirm } from "./confirm.ts";
import { borrowerOf, type Law, type LawOptions, openLaw, whom } from "./law.ts";
import { noticeInWords } from "./list.ts";

export interface ActOptions extends LawOptions {
  readonly yes?: boolean;
  readonly borrower?: string;
}

export interface WithdrawOptions extends ActOptions {
  readonly version?: string;
}

export interface NoticeOptions extends ActOptions {
  readonly tightening?: string;
  readonly relaxation?: string;
}

/** Takes back a version that doesn't bind yet. */
export async function withdraw(given: string, options: WithdrawOptions): Promise<void> {
  const law = await openLaw(options, true);
  const product = law.productNumber(given);
  const { kind, version } = pendingVersion(law, product, options);
  const { index } = version;
  const { name } = law.named(product);
  const what = `version ${index} of ${name} for ${whom(kind)}, which would bind from ${law.local(version.effectiveFrom)}`;
  const { rulebook } = law.chain;
  const instead = rulebook
    .versionsOf(product, kind)
    .findLast((one) => one !== version && one.withdrawnAt === undefined && one.effectiveFrom <= version.effectiveFrom);
  if (options.json !== true) {
    print(`This withdraws ${what}.`);
    print(
      instead === undefined
        ? "Nothing will bind from then on, until the next version does."
        : `Version ${instead.index}, of ${law.local(instead.effectiveFrom)}, goes on instead. The withdrawal is public and can't be undone.`,
    );
  }
  await confirm(name, "withdraw it", options);
  await law.context.regulator.withdrawVersion(product, kind, index);
  if (options.json === true) printJson({ withdrawn: true, product, borrower: borrowerOf(kind), version: index });
  else print(`Withdrawn: ${what}.`);
}

/** The version that is meant: the one that is named, or the only one that is pending. */
function pendingVersion(
  law: Law,
  product: number,
  options: WithdrawOptions,
): { readonly kind: 1 | 2; readonly version: Dated<Limits> } {
  const { name } = law.named(product);
  const index = options.version === undefined ? undefined : wholeNumber("--version", options.version, 65_535);
  const pending = kindsOf(options).flatMap((kind) =>
    law.chain.rulebook
      .versionsOf(product, kind)
      .filter(({ withdrawnAt, effectiveFrom }) => withdrawnAt === undefined && effectiveFrom > law.now)
      .map((version) => ({ kind, version })),
  );
  const found = pending.filter(({ version }) => index === undefined || version.index === index);
  const [first, second] = found;
  const all = pending
    .map(({ kind, version }) => `${version.index} for ${whom(kind)}, from ${law.local(version.effectiveFrom)}`)
    .join("; ");
  if (first === undefined)
    throw cliError(
      "option-invalid",
      `${name} has no pending version${index === undefined ? "" : ` ${index}`}: what binds can't be withdrawn`,
      { fix: all === "" ? "See `tally rules list`; publish a later version instead." : `Pending are: ${all}.` },
    );
  if (second === undefined) return first;
  if (found.every(({ version }) => version.index === first.version.index))
    throw cliError(
      "option-invalid",
      `Version ${first.version.index} of ${name} is pending for persons and for businesses`,
      {
        fix: "Say which one: --borrower person, or --borrower business.",
      },
    );
  throw cliError("option-invalid", `${name} has ${found.length} pending versions`, {
    fix: `Say which one with --version: ${all}.`,
  });
}

/** Enters a point of a reference series. */
export async function rate(given: string, day: string, text: string, options: ActOptions): Promise<void> {
  const law = await openLaw(options, true);
  const series = seriesNumber(law, given);
  const publishedAt = law.moment("The day", day);
  const parsed = percent.safeParse(text);
  if (!parsed.success)
    throw cliError("option-invalid", `${text.slice(0, 40)} is no rate`, { fix: "Give a percentage such as 3.45%." });
  const last = law.chain.rulebook.pointsOf(series).at(-1);
  const what = `series ${series}, ${law.chain.seriesNames.get(series) ?? ""}: ${percentInWords(parsed.data, 9)} from ${law.local(publishedAt)}`;
  const say = options.json === true ? () => undefined : print;
  say(`This enters a point into ${what}.`);
  if (last !== undefined) say(`The last one is ${percentInWords(last.rate, 9)} of ${law.local(last.publishedAt)}.`);
  say("A point stays for good; it can be entered up to ten days after its publication, never before.");
  await confirm(text, "enter it", options);
  await law.context.regulator.publishRate(series, publishedAt, parsed.data);
  if (options.json === true) printJson({ entered: true, series, publishedAt, rate: parsed.data });
  else print(`Entered: ${what}.`);
}

function seriesNumber(law: Law, given: string): number {
  const numbers = law.chain.rulebook.series();
  const named = law.packs.map(({ pack }) => pack.series[given]?.number).find((number) => number !== undefined);
  const number = named ?? (/^\d{1,3}$/u.test(given) ? Number(given) : -1);
  if (numbers.includes(number)) return number;
  throw cliError("option-invalid", `There is no series ${given}`, {
    fix:
      numbers.length === 0
        ? "Publish a rule pack that has one first: its points open the series."
        : `Give one of ${numbers.map((one) => `${one} (${law.chain.seriesNames.get(one) ?? ""})`).join(", ")}.`,
  });
}

/** Changes the notice periods. */
export async function notice(options: NoticeOptions): Promise<void> {
  const law = await openLaw(options, true);
  const { regulator } = law.context;
  const present = await regulator.notices();
  const period = (option: string, text: string | undefined, before: number): number => {
    if (text === undefined) return before;
    const parsed = duration.safeParse(text);
    if (parsed.success) return parsed.data;
    throw cliError("option-invalid", `${option}: ${text.slice(0, 40)} is no duration such as 30d or 24h`);
  };
  const next = {
    tightening: period("--tightening", options.tightening, present.tightening),
    relaxation: period("--relaxation", options.relaxation, present.relaxation),
  };
  const from = law.now + Math.max(present.tightening, present.relaxation);
  const what = `${durationInWords(next.tightening)} for what is stricter and ${durationInWords(next.relaxation)} for what is less strict, from ${law.local(from)} on`;
  if (options.json !== true)
    [noticeInWords(law, present), `This changes it to ${what}.`].forEach((line) => print(line));
  await confirm("notice", "change it", options);
  await regulator.setNotices(next);
  if (options.json === true) printJson({ changed: true, ...next, from });
  else print(`Changed to ${what}.`);
}

export function kindsOf({ borrower }: ActOptions): readonly (1 | 2)[] {
  if (borrower === undefined) return [1, 2];
  if (borrower === "person") return [1];
  if (borrower === "business") return [2];
  throw cliError("option-invalid", `--borrower: ${borrower} is neither person nor business`);
}

export function wholeNumber(what: string, text: string, most: number): number {
  const number = Number(text);
  if (/^\d{1,6}$/u.test(text) && number <= most) return number;
  throw cliError("option-invalid", `${what}: ${text.slice(0, 40)} is no number from 0 to ${most}`);
}
