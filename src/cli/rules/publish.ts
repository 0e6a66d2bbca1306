/** `tally rules publish`: from a file to the chain. */
import { fromHex } from "../../core/bytes.ts";
import { decodeLimits } from "../../core/limits.ts";
import type { Limits } from "../../core/limit-fields.ts";
import type { Notices } from "../../core/strictness.ts";
import { changesInWords } from "../../regulator/change-words.ts";
import { inWord, localTime, type PlannedVersion, type PublishPlan, type PublishStep } from "../../regulator/plan.ts";
import { problemLine } from "../../regulator/pack-document.ts";
import { planAgainstChain } from "../../regulator/publish.ts";
import { durationInWords, percentInWords, plural } from "../../regulator/value-words.ts";
import { EXIT, note, print, printJson } from "../output.ts";
import { type PackFile, publishPack, readPack } from "../operator/rule-packs.ts";
import { confirm } from "./confirm.ts";
import { type Law, type LawOptions, openLaw, whom, wordsOf } from "./law.ts";
import { noticeInWords } from "./list.ts";

export interface PublishOptions extends LawOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export const inWords = ({ pack, products, versions }: PackFile["compiled"]): string =>
  `${pack}, ${plural(products.length, "product")} (${products.map(({ name }) => name).join(", ")}), ${plural(versions.length, "version")}`;

export async function publish(file: string, options: PublishOptions): Promise<void> {
  const law = await openLaw(options, options.dryRun !== true);
  const { regulator } = law.context;
  const own = await law.ownHome();
  const pack = await readPack(file, law.now);
  for (const warning of pack.warnings) note(`warning: ${file}: ${problemLine(warning)}`);
  const [plan, notices] = await Promise.all([
    planAgainstChain(regulator, pack.compiled, fromHex(pack.hash, 32), law.money),
    regulator.notices(),
  ]);
  for (const line of describe(plan, pack, law, notices)) (options.json === true ? note : print)(line);
  if (options.dryRun === true) {
    if (options.json === true)
      printJson({
        published: false,
        ...counts(plan),
        steps: plan.steps.map(stepForPrograms),
        conflicts: plan.conflicts,
      });
    process.exitCode = plan.conflicts.length > 0 ? EXIT.no : EXIT.ok;
    return;
  }
  if (plan.conflicts.length === 0 && plan.steps.length > 0) await confirm(pack.compiled.pack, "publish", options);
  await publishPack(own, regulator, pack, plan, (begun, total, step) => {
    note(`  ${begun}/${total} ${headline(step, pack)}`);
  });
  if (options.json === true) printJson({ published: true, ...counts(plan) });
  else print(plan.steps.length === 0 ? "Nothing to do." : `Published ${pack.compiled.pack}.`);
}

const counts = (plan: PublishPlan) => ({
  transactions: plan.steps.length,
  unchanged: plan.same,
  remarks: plan.remarks,
});

function stepForPrograms(step: PublishStep) {
  if (step.kind !== "version") return { kind: step.kind };
  const { kind, product, borrower, effectiveFrom, first, change, notice } = step;
  return { kind, product, borrower, effectiveFrom, first, ...change, notice };
}

/** The plan for people: what is sent, what it changes, from when it binds, and what can't be taken back. */
function describe(plan: PublishPlan, pack: PackFile, law: Law, notices: Notices): string[] {
  const lines = [`${inWords(pack.compiled)}.`];
  if (plan.same > 0) lines.push(`${plan.same} of its parts ${plan.same === 1 ? "is" : "are"} on the chain already.`);
  lines.push(...plan.remarks, ...plan.conflicts.map((conflict) => `CONFLICT  ${conflict}`));
  if (plan.conflicts.length > 0 || plan.steps.length === 0) return lines;
  lines.push(`To publish it takes ${plural(plan.steps.length, "transaction")}:`);
  const followed = new Map<string, Limits>();
  for (const step of plan.steps) {
    lines.push(`  ${headline(step, pack)}`);
    if (step.kind === "version") lines.push(...changeLines(step, pack, law, followed));
  }
  lines.push(
    notices.tightening === 0 && notices.relaxation === 0
      ? "This deployment asks for no notice: a version may bind at once."
      : noticeInWords(law, notices),
    "What binds can't be edited or taken back; a version that doesn't bind yet can be withdrawn. A point of a series stays for good.",
  );
  return lines;
}

/** What a version changes of the one that it follows. `followed`: the last one of each product and borrower, as planned so far. */
function changeLines(step: PlannedVersion, pack: PackFile, law: Law, followed: Map<string, Limits>): string[] {
  const key = `${step.product}/${step.borrower}`;
  const held = law.chain.rulebook.versionsOf(step.product, step.borrower);
  const before = followed.get(key) ?? held.findLast(({ withdrawnAt }) => withdrawnAt === undefined)?.value;
  const limits = decodeLimits(step.bytes);
  followed.set(key, limits);
  if (before === undefined) return [];
  const words = wordsOf([pack], step.product, law.chain.seriesNames);
  const earliest = localTime(law.now + step.notice, pack.compiled.settings.zone);
  return [
    `      ${inWord(step.change)} what it follows: ${step.notice === 0 ? "no notice" : `${durationInWords(step.notice)} of notice`}, so from ${earliest} at the earliest`,
    ...changesInWords(before, limits, words).map(({ sentence }) => `      ${sentence}`),
  ];
}

function headline(step: PublishStep, { compiled: { settings } }: PackFile): string {
  const local = (seconds: number): string => localTime(seconds, settings.zone);
  switch (step.kind) {
    case "settings":
      return step.first
        ? "settings: time zone, markets and business days, from the beginning of time"
        : `settings: markets and business days, from ${local(step.effectiveFrom)}`;
    case "series":
      return `series ${step.series}, ${step.title}: ${plural(step.points.length, "point")} to ${local(step.points.at(-1)?.publishedAt ?? 0)}`;
    case "rate":
      return `series ${step.series}: ${percentInWords(step.rate, 9)} from ${local(step.publishedAt)}`;
    case "history":
      return `${step.productName} for ${whom(step.borrower)}, its history: binding from ${step.versions.map(({ effectiveFrom }) => local(effectiveFrom)).join(", ")}`;
    case "pack":
      return "the hash of the pack's text";
    case "version":
      return `${step.productName} for ${whom(step.borrower)}, binding from ${local(step.effectiveFrom)}`;
  }
}
