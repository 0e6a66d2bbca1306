/** `tally rules list`: all that the Rulebook holds. */
import { ruleNames } from "../../core/decision.ts";
import type { Dated } from "../../core/rulebook.ts";
import type { Limits } from "../../core/limit-fields.ts";
import { durationInWords, percentInWords, plural } from "../../regulator/value-words.ts";
import { print, printJson } from "../output.ts";
import { borrowerOf, type Law, type LawOptions, openLaw, whom } from "./law.ts";

interface ListedVersion {
  readonly product: number;
  readonly name: string;
  readonly borrower: "person" | "business";
  readonly version: number;
  readonly effectiveFrom: number;
  readonly enactedAt: number;
  readonly withdrawnAt?: number;
  readonly state: "binds" | "pending" | "past" | "withdrawn" | "emergency";
  readonly rules: readonly string[];
}

export async function list(options: LawOptions): Promise<void> {
  const law = await openLaw(options);
  const { chain, context, now } = law;
  const notices = await context.regulator.notices();
  const versions = listed(law);
  const series = chain.rulebook.series().map((number) => {
    const points = chain.rulebook.pointsOf(number);
    return { number, name: chain.seriesNames.get(number) ?? "", points: points.length, last: points.at(-1) };
  });
  if (options.json === true) {
    const { emergencies, packs } = chain;
    const coming = chain.notices !== undefined && chain.notices.from > now ? chain.notices : undefined;
    printJson({ notices, ...(coming && { coming }), versions, series, emergencies, packs });
    return;
  }
  print(noticeInWords(law, notices));
  if (versions.length === 0)
    print("The Rulebook holds no version. Publish a rule pack with `tally rules publish FILE`.");
  let heading = "";
  for (const one of versions) {
    const { title } = law.named(one.product);
    const next = `${one.name} (${one.product}) for ${whom(one.borrower === "business" ? 2 : 1)}: ${title}`;
    if (next !== heading) print(next);
    heading = next;
    print(`  ${String(one.version).padStart(3)}  from ${law.local(one.effectiveFrom)}  ${stateInWords(law, one)}`);
    print(`       ${one.rules.join(", ")}`);
  }
  for (const { number, name, points, last } of series)
    print(
      `series ${number}, ${name}: ${plural(points, "point")}, the last ${percentInWords(last?.rate ?? 0n, 9)} of ${law.local(last?.publishedAt ?? 0)}`,
    );
  for (const { product, kind, from, until, reason, lifted } of chain.emergencies)
    print(
      `EMERGENCY of ${law.named(product).name} for ${whom(kind)}, ${law.local(from)} to ${law.local(until)}: ${reason}${lifted === undefined ? "" : `; lifted: ${lifted}`}`,
    );
  for (const { name, hash, at } of chain.packs) print(`pack ${name}, noted ${law.local(at)}: ${hash}`);
}

function listed(law: Law): ListedVersion[] {
  const { rulebook } = law.chain;
  return rulebook.products().flatMap(({ product, kind }) => {
    const binding = rulebook.versionAt(product, kind, law.now);
    return rulebook.versionsOf(product, kind).map((version) => ({
      product,
      name: law.named(product).name,
      borrower: borrowerOf(kind),
      version: version.index,
      effectiveFrom: version.effectiveFrom,
      enactedAt: version.enactedAt,
      ...(version.withdrawnAt !== undefined && { withdrawnAt: version.withdrawnAt }),
      state: stateOf(law, product, kind, version, binding),
      rules: ruleNames(version.value.on),
    }));
  });
}

function stateOf(
  law: Law,
  product: number,
  kind: number,
  version: Dated<Limits>,
  binding: Dated<Limits> | undefined,
): ListedVersion["state"] {
  if (version.withdrawnAt !== undefined) return "withdrawn";
  const emergency = law.chain.emergencies.some(
    (one) => one.product === product && one.kind === kind && one.index === version.index && one.until > law.now,
  );
  if (emergency) return "emergency";
  if (version.effectiveFrom > law.now) return "pending";
  return version === binding ? "binds" : "past";
}

function stateInWords(law: Law, { state, enactedAt, withdrawnAt }: ListedVersion): string {
  const enacted = `enacted ${law.local(enactedAt)}`;
  return withdrawnAt === undefined ? `${state}, ${enacted}` : `withdrawn ${law.local(withdrawnAt)}, ${enacted}`;
}

/** The notice periods, and those that are to come. */
export function noticeInWords(
  law: Law,
  { tightening, relaxation }: { readonly tightening: number; readonly relaxation: number },
): string {
  const say = (a: number, b: number): string =>
    `${durationInWords(a)} for what is stricter, ${durationInWords(b)} for what is less strict`;
  const next = law.chain.notices;
  const coming =
    next === undefined || next.from <= law.now
      ? ""
      : `; from ${law.local(next.from)}: ${say(next.tightening, next.relaxation)}`;
  return `Notice: ${say(tightening, relaxation)}${coming}.`;
}
