/** `tally rules emergency` and `lift`: law without notice, and its end. */
import { regulatorError } from "../../regulator/errors.ts";
import { currencyConflict } from "../../regulator/known-currency.ts";
import { changesInWords } from "../../regulator/change-words.ts";
import type { CompiledVersion } from "../../regulator/compile-rule-pack.ts";
import { durationInWords } from "../../regulator/value-words.ts";
import { cliError } from "../errors.ts";
import { print, printJson } from "../output.ts";
import { keepText, type PackFile, readPack } from "../operator/rule-packs.ts";
import { type ActOptions, kindsOf } from "./acts.ts";
import { confirm } from "./confirm.ts";
import { borrowerOf, type Law, openLaw, whom, wordsOf } from "./law.ts";

export interface EmergencyOptions extends ActOptions {
  readonly reason: string;
  readonly until: string;
  readonly product?: string;
}

export interface LiftOptions extends ActOptions {
  readonly reason: string;
}

const LONGEST = 90 * 86_400;

/** Publishes the versions of a pack at once, and until a time. */
export async function emergency(file: string, options: EmergencyOptions): Promise<void> {
  const law = await openLaw(options, true);
  const pack = await readPack(file, law.now);
  const conflict = currencyConflict(law.money, pack.compiled.currency);
  if (conflict !== undefined) throw regulatorError("rules-conflict", `${pack.compiled.pack}: ${conflict}`);
  const until = law.moment("--until", options.until);
  const versions = chosen(law, pack, options);
  checkReason(options.reason);
  for (const version of versions) checkEnd(law, version, until);
  if (options.json !== true) for (const line of describe(law, pack, versions, until, options.reason)) print(line);
  await confirm("emergency", "publish without notice", options);
  for (const { product, kind, bytes } of versions)
    await law.context.regulator.declareEmergency(product, kind, until, bytes, options.reason);
  const own = await law.ownHome();
  if (own !== undefined) await keepText(own, pack, true);
  if (options.json === true)
    printJson({
      declared: versions.map(({ product, kind }) => ({ product, borrower: borrowerOf(kind) })),
      until,
      reason: options.reason,
    });
  else print(`Declared. The law of before binds again from ${law.local(until)}.`);
}

/** The versions of a pack that are meant: one of each product and kind of borrower. */
function chosen(law: Law, { compiled }: PackFile, options: EmergencyOptions): readonly CompiledVersion[] {
  const product = options.product === undefined ? undefined : law.productNumber(options.product);
  const kinds = kindsOf(options);
  const versions = compiled.versions.filter(
    (one) => (product === undefined || one.product === product) && kinds.includes(one.kind),
  );
  const twice = versions.find(
    (one, i) => versions[i + 1]?.product === one.product && versions[i + 1]?.kind === one.kind,
  );
  if (twice !== undefined)
    throw cliError("option-invalid", `The file has several versions of ${twice.productName} for ${whom(twice.kind)}`, {
      fix: "Write a file with the one version that is to bind in the emergency; its effectiveFrom is not looked at.",
    });
  if (versions.length === 0)
    throw cliError("option-invalid", "The file has no version of that product and kind of borrower");
  return versions;
}

/** What the contract would refuse, said before anything is sent. */
function checkEnd(law: Law, { product, productName, kind }: CompiledVersion, until: number): void {
  const { rulebook } = law.chain;
  const who = `${productName} for ${whom(kind)}`;
  if (rulebook.versionAt(product, kind, law.now) === undefined)
    throw cliError("option-invalid", `Nothing binds for ${who}, so there is nothing to interrupt`, {
      fix: "Publish it as law: what is published first needs no notice (`tally rules publish`).",
    });
  if (until <= law.now || until > law.now + LONGEST)
    throw cliError("option-invalid", `--until: ${law.local(until)} isn't within 90 days from now`);
  const next = rulebook
    .versionsOf(product, kind)
    .find(({ withdrawnAt, effectiveFrom }) => withdrawnAt === undefined && effectiveFrom > law.now);
  if (next !== undefined && until >= next.effectiveFrom)
    throw cliError(
      "option-invalid",
      `${who}: version ${next.index} is published and binds from ${law.local(next.effectiveFrom)}`,
      {
        fix: "An emergency ends before the next version binds: give an earlier --until, or have that version withdrawn first (`tally rules withdraw`).",
      },
    );
}

function describe(
  law: Law,
  pack: PackFile,
  versions: readonly CompiledVersion[],
  until: number,
  reason: string,
): string[] {
  return [
    `EMERGENCY, for everybody to read: ${reason}`,
    `Without notice, from the second after it is mined until ${law.local(until)} (${durationInWords(until - law.now)}):`,
    ...versions.flatMap(({ product, productName, kind, limits }) => {
      const before = law.chain.rulebook.limitsAt(product, kind, law.now);
      const changes = before === undefined ? [] : changesInWords(before, limits, wordsOf([pack], product));
      const sentences = changes.map(({ sentence }) => `    ${sentence}`);
      return [`  ${productName} for ${whom(kind)}`, ...(sentences.length === 0 ? ["    changes nothing"] : sentences)];
    }),
    "It ends by itself. As long as it lasts, so long there can't be another one of the same product after it. What is to last is made as law, with notice.",
  ];
}

/** Ends an emergency before its time. */
export async function lift(given: string, options: LiftOptions): Promise<void> {
  const law = await openLaw(options, true);
  const product = law.productNumber(given);
  checkReason(options.reason);
  const kinds = kindsOf(options);
  const running = law.chain.emergencies.filter(
    ({ product: of, kind, until, lifted }) =>
      of === product && kinds.some((one) => one === kind) && until > law.now && lifted === undefined,
  );
  const { name } = law.named(product);
  if (running.length === 0)
    throw cliError("option-invalid", `There is no emergency of ${name} to be lifted`, {
      fix: "See `tally rules list`.",
    });
  if (options.json !== true)
    for (const { kind, until } of running)
      print(`This ends the emergency of ${name} for ${whom(kind)} now, instead of ${law.local(until)}.`);
  await confirm(name, "lift it", options);
  for (const { kind } of running) await law.context.regulator.liftEmergency(product, kind, options.reason);
  if (options.json === true)
    printJson({ lifted: running.map(({ kind }) => borrowerOf(kind)), product, reason: options.reason });
  else print("Lifted: the law of before binds again.");
}

function checkReason(reason: string): void {
  if (reason.trim() === "" || reason.length > 1_000)
    throw cliError("option-invalid", "--reason: say why, in 1 to 1,000 characters");
}
