import { provisionsOf } from "./law.ts";
import type { Fault } from "./pack-document.ts";
import { fieldsOf, PACK_RULES } from "./pack-rules.ts";
import type { RulePack, RulePackVersion } from "./rule-pack.ts";
import { checkRule } from "./rule-sense.ts";
import { MOST_SECONDS } from "./rule-at-hand.ts";
import { checkDuration, checkShare, emptySense, judging, type Judging, type Sense } from "./sense.ts";
import { secondsOf } from "./units.ts";

/** What a pack that can be read says and can't mean. */

export type PackHead = Omit<RulePack, "versions">;

/** A version as far as it could be read; undefined: not at all. */
export interface ReadVersion {
  readonly version: RulePackVersion | undefined;
  /** Rules of it that could not. */
  readonly unread: ReadonlySet<string>;
}

/** All of a pack. Places are paths of the file. */
export function senseOf(head: PackHead, versions: readonly ReadVersion[]): Sense {
  const sense = emptySense();
  checkHead(head, judging(sense, []));
  checkCalendar(head, judging(sense, ["calendar"]));
  for (const [name, series] of Object.entries(head.series))
    checkPoints(series, head.zone, judging(sense, ["series", name]));
  for (const [i, read] of versions.entries()) checkVersion(read, head, judging(sense, ["versions", i]), sense, i);
  checkMoments(versions, head, sense);
  if (versions.every(({ version, unread }) => version !== undefined && unread.size === 0))
    checkUse(
      versions.flatMap(({ version }) => version ?? []),
      head,
      judging(sense, []),
    );
  return sense;
}

function checkHead({ markets, series, products }: PackHead, to: Judging): void {
  unique("market", "markets", Object.entries(markets), ({ number }) => number, to);
  unique("series", "series", Object.entries(series), ({ number }) => number, to);
  const known = Object.entries(products).filter(([, { market }]) => markets[market] !== undefined);
  const numberOf = ({ market, serial }: PackHead["products"][string]): number => markets[market]!.number * 64 + serial;
  unique("product", "products", known, numberOf, to);
  for (const [name, product] of Object.entries(products)) {
    if (markets[product.market] === undefined)
      to.wrong(
        ["products", name, "market"],
        `there is no market ${product.market}`,
        "A product belongs to one of the pack's `markets`.",
        "Add the market, or write the name of one that is there.",
      );
    else if (numberOf(product) === 0)
      to.wrong(
        ["products", name, "serial"],
        "market 0 with serial 0 is the number 0, which names nothing",
        "A product's number on the chain is 64 × the market's number + serial.",
        "Give the product or its market another number.",
      );
  }
  for (const [name, { confirmationWindow, grace }] of Object.entries(markets)) {
    checkDuration(to, ["markets", name, "confirmationWindow"], confirmationWindow, MOST_SECONDS);
    if (grace > 0xffff)
      to.wrong(
        ["markets", name, "grace"],
        "is more than the 65535 days that fit",
        "The chain holds it in a fixed width.",
        "Write fewer days.",
      );
  }
}

/** Two names for one number would be one thing on the chain. */
function unique<T>(
  what: string,
  field: string,
  all: readonly (readonly [string, T])[],
  of: (one: T) => number,
  to: Judging,
): void {
  const seen = new Map<number, string>();
  for (const [name, one] of all) {
    const other = seen.get(of(one));
    if (other === undefined) seen.set(of(one), name);
    else
      to.wrong(
        [field, name],
        `${what} ${name} has the number of ${other}`,
        "Two names for one number would be one thing on the chain.",
        "Give it a number of its own.",
      );
  }
}

function checkCalendar({ calendar }: PackHead, to: Judging): void {
  if (calendar === undefined) return;
  const { from, until, holidays, workdays } = calendar;
  if (until <= from)
    to.wrong(
      "until",
      "the calendar ends where it begins",
      "No day would be known.",
      "Write the first day of which nothing is known any more.",
    );
  for (const [field, all] of Object.entries({ holidays, workdays }))
    for (const [name, days] of Object.entries(all))
      for (const [i, day] of days.entries())
        if (day < from || day >= until)
          to.wrong(
            [field, name, i],
            "is outside of what the calendar knows",
            "The calendar knows the days from `from` to the one before `until`.",
            "Move `from` or `until`, or remove the day.",
          );
}

function checkPoints({ points }: PackHead["series"][string], zone: string, to: Judging): void {
  let last = Number.NEGATIVE_INFINITY;
  for (const [i, { published, rate }] of points.entries()) {
    checkShare(to, ["points", i, "rate"], rate, { places: 9, unusual: 100, absurd: 1_000_000 });
    const at = instant(published, zone, ["points", i, "published"], to);
    if (at === undefined) continue;
    if (at <= last)
      to.wrong(
        ["points", i, "published"],
        `point ${i + 1} is not later than the one before it`,
        "Points of a series ascend: each holds until the next.",
        "Order them by `published`.",
      );
    last = at;
  }
}

function checkVersion(
  { version, unread }: ReadVersion,
  head: PackHead,
  to: Judging,
  sense: Sense,
  index: number,
): void {
  if (version === undefined) return;
  const { rules, products, borrowers, confirm, withdrawalWindow } = version;
  twice("product", "products", products, to);
  twice("borrower", "borrowers", borrowers, to);
  for (const [i, name] of products.entries()) {
    const product = head.products[name];
    if (product === undefined)
      to.wrong(
        ["products", i],
        `there is no product ${name}`,
        "The pack's `products` doesn't name it.",
        "Add it there, or write the name of one that is.",
      );
    else if (confirm && head.markets[product.market]?.confirmationWindow === 0)
      to.wrong(
        "confirm",
        `a request lapses without a Disbursed, and market ${product.market} gives no time for one`,
        "Its `confirmationWindow` is 0s: each loan would lapse at once.",
        "Write the market's `confirmationWindow`, such as 48h, or `confirm: false`.",
      );
  }
  checkDuration(to, "reportingWindow", version.reportingWindow, MOST_SECONDS);
  if (version.reportingWindow === 0)
    to.doubtful(
      "reportingWindow",
      "is none: all that is filed after its second is LATE",
      "Each event is filed some time after it happens.",
      "Write how late an event may be filed, such as 72h.",
    );
  checkDuration(to, "outageWindow", version.outageWindow, MOST_SECONDS);
  checkDuration(to, "clockSkew", version.clockSkew, 0xffff);
  checkDuration(to, "secondaryWindow", version.secondaryWindow, MOST_SECONDS);
  if (withdrawalWindow.mode === 0) checkDuration(to, "withdrawalWindow", withdrawalWindow.count, MOST_SECONDS);
  if (withdrawalWindow.mode === 1 && head.calendar === undefined)
    to.wrong(
      "withdrawalWindow",
      "it is business days, and the pack has no calendar",
      "Nobody guesses a holiday: the window would be undetermined.",
      "Add `calendar`, or write `{ days: 1 }`.",
    );
  for (const name of PACK_RULES) {
    if (unread.has(name)) continue;
    const rule = judging(sense, ["versions", index, "rules", name]);
    checkRule(name, rule, { rules, general: version, pack: head, unread });
    checkProvisions(name, rules[name]?.law, rule);
  }
}

/** A provision that says which field it is about must name one of its rule. */
function checkProvisions(
  name: (typeof PACK_RULES)[number],
  law: Parameters<typeof provisionsOf>[0],
  to: Judging,
): void {
  const fields = fieldsOf(name).map(({ field }) => field);
  for (const [i, { value }] of provisionsOf(law).entries())
    if (value !== undefined && !fields.includes(value))
      to.wrong(
        Array.isArray(law) ? ["law", i, "value"] : ["law", "value"],
        `its law names ${value}, no field of it`,
        fields.length === 0 ? `${name} has no fields of its own.` : `${name} has ${fields.join(", ")}.`,
        "Write the field that the provision is about, or leave `value` out.",
      );
}

function twice(what: string, field: string, all: readonly string[], to: Judging): void {
  for (const [i, name] of all.entries())
    if (all.indexOf(name) !== i)
      to.wrong(
        [field, i],
        `${what} ${name} is named twice`,
        "A version is for each of its products and kinds of borrower once.",
        `Name each once${field === "borrowers" ? ": `[person]`, `[business]` or `[person, business]`" : ""}.`,
      );
}

/** For one product and kind of borrower, one version binds from a moment. */
function checkMoments(versions: readonly ReadVersion[], { zone }: PackHead, sense: Sense): void {
  const seen = new Map<string, number>();
  for (const [i, { version }] of versions.entries()) {
    if (version === undefined) continue;
    const to = judging(sense, ["versions", i]);
    const from = instant(version.effectiveFrom, zone, ["effectiveFrom"], to);
    if (from === undefined) continue;
    for (const product of new Set(version.products))
      for (const borrower of new Set(version.borrowers)) {
        const key = `${product}/${borrower}/${from}`;
        const other = seen.get(key);
        if (other === undefined) seen.set(key, i);
        else
          to.wrong(
            "effectiveFrom",
            `two versions of ${product} bind from the same moment for a ${borrower}: this one and version ${other + 1}`,
            "From one moment only one can bind.",
            "Give one of them another `effectiveFrom`, other products or another kind of borrower.",
          );
      }
  }
}

/** UTC seconds of a date that is one, and that the chain can hold. */
function instant(text: string, zone: string, field: Fault["path"], to: Judging): number | undefined {
  try {
    const at = secondsOf(text, zone);
    if (at > 0) return at;
    to.wrong(
      field,
      `${text} is before 1970`,
      "The chain counts seconds from 1970 on.",
      "Write 1970-01-02 for what has bound longer.",
    );
  } catch (error) {
    to.wrong(
      field,
      error instanceof Error ? error.message : String(error),
      "It is no day of the calendar.",
      "Write a day such as 2025-10-01.",
    );
  }
  return undefined;
}

/** What nothing refers to, which may be a slip of the pen. */
function checkUse(versions: readonly RulePackVersion[], { products, markets, series }: PackHead, to: Judging): void {
  const used = new Set(versions.flatMap((version) => version.products));
  for (const name of Object.keys(products))
    if (!used.has(name))
      to.doubtful(
        ["products", name],
        `no version is for ${name}`,
        "A product without limits can't be lent: each request is refused.",
        "Name it in a version, or remove it.",
      );
  const inUse = new Set(Object.values(products).map(({ market }) => market));
  for (const name of Object.keys(markets))
    if (!inUse.has(name))
      to.doubtful(
        ["markets", name],
        `no product belongs to ${name}`,
        "A market without products counts nothing.",
        "Remove it.",
      );
  const followed = versions.flatMap(({ rules: { RATE } }) => (RATE && "series" in RATE.cap ? [RATE.cap.series] : []));
  for (const name of Object.keys(series))
    if (!followed.includes(name))
      to.doubtful(
        ["series", name],
        `no cap follows ${name}`,
        "Only RATE's cap looks at a series.",
        "Remove it, or let a cap follow it.",
      );
}
