import { holderOf, loansOf } from "../../src/core/book.ts";
import type { Loan } from "../../src/core/book.ts";
import { localDay, offsetAt } from "../../src/core/calendar.ts";
import { ruleBit } from "../../src/core/decision.ts";
import { CLOSE_REASONS, OUTAGE_REASONS } from "../../src/core/entry.ts";
import type { Complained, Entry, Opened } from "../../src/core/entry.ts";
import type { Registry } from "../../src/core/registry.ts";
import type { Schedule } from "../../src/core/schedule.ts";
import { PILOTS, randomLimits, randomPilot, randomSettings } from "./random-limits.ts";
import {
  randomAnswered,
  randomAssigned,
  randomBarred,
  randomComplained,
  randomContacted,
  randomCorrected,
  randomExtended,
  randomOverdue,
} from "./random-later.ts";
import type { RandomEvent } from "./random-later.ts";
import { randomOther } from "./random-other.ts";
import type { Random } from "./random.ts";
import type { FileStep, Item, Mangle, Places, Step } from "./scenario.ts";

const DAY = 86_400;

/** Platforms of the world that scenarios are played in (see the chain's fixture): 1 and 2 are one group. */
export const PLATFORMS = [1, 2, 3, 4] as const;
/** Two of one market, one of another, and one that no platform is licensed for. */
export const PRODUCTS = [65, 66, 130, 67] as const;
/** When scenarios begin. */
export const SCENARIO_START = 1_900_000_000;

/** What kind of market a scenario plays in. */
interface Mood {
  readonly borrowers: readonly Uint8Array[];
  readonly refusing: number;
  readonly opening: number;
  readonly orderly: number;
  readonly entries: readonly [number, number];
}

/** Makes steps one by one, looking at the twin's state so that they are about something. */
export class ScenarioMaker {
  readonly #random: Random;
  readonly #mood: Mood;
  #now = SCENARIO_START;
  #nextId = 0;
  /** Items by the place that their loans have, to name them again. */
  readonly #opened = new Map<string, number>();
  readonly #draws = new Map<string, number[]>();
  /** Loans that were closed as refinanced, by borrower. */
  readonly #refinanced = new Map<string, number[]>();
  /** Complaints, each by its item, with the item of its loan. */
  readonly #complaints: { readonly id: number; readonly loan?: number; readonly entry: Complained }[] = [];

  constructor(random: Random) {
    this.#random = random;
    const count = random.pick([2, 5, 8]);
    this.#mood = {
      borrowers: Array.from({ length: count }, () => new Uint8Array([random.int(1, 2), ...random.bytes(31)])),
      refusing: random.pick([0, 0.1, 0.4]),
      opening: random.pick([0.35, 0.5, 0.85]),
      orderly: random.pick([0, 0.5, 0.95]),
      entries: random.pick([
        [0, 5],
        [50, 90],
        [60, 100],
      ]),
    };
  }

  /** The first steps: rules for some products and kinds of borrower, settings, a series. */
  begin(): Step[] {
    const steps: Step[] = [];
    if (this.#random.chance(0.8)) steps.push(this.#settings());
    if (this.#random.chance(0.7)) steps.push(this.#rate());
    for (const product of [65, 66, 130])
      for (const kind of [1, 2])
        if (this.#random.chance(0.85)) steps.push(this.#publish(product, kind, this.#random.int(0, 900) * DAY));
    for (let i = 0; i < 3; i++) if (this.#random.chance(0.7)) steps.push(this.#pilot());
    return steps;
  }

  /** What happens next. */
  next(twin: Registry): Step {
    const random = this.#random;
    this.#now += random.pick([1, 60, 3_600, DAY, 3 * DAY, 40 * DAY, random.int(1, 20) * DAY, random.int(1, 600) * DAY]);
    if (random.chance(0.8)) return this.#file(twin);
    const platform = random.pick(PLATFORMS);
    const product = random.pick([65, 66, 130]);
    const kind = random.int(1, 2);
    switch (random.int(0, 11)) {
      case 10:
        return { at: this.#now, do: "succeed" };
      case 11:
        return this.#pilot();
      case 0:
        return this.#settings();
      case 1:
        return this.#rate();
      case 2:
        return { at: this.#now, do: random.pick(["suspend", "restore"] as const), platform };
      case 3: {
        const foundingUntil = random.pick([0, this.#now + 100 * DAY, 2 ** 39]);
        return {
          at: this.#now,
          do: "amend",
          platform,
          group: random.int(1, 3),
          foundingUntil,
          flags: platform === 4 ? random.pick([1, 1, 0]) : 0,
        };
      }
      case 4:
        return { at: this.#now, do: "products", platform, word: 0, bitmap: random.pick([0n, 2n ** 256n - 1n]) };
      case 6:
        return this.#pilot();
      case 7:
        return { at: this.#now, do: random.pick(["stop-pilot", "graduate"] as const), number: random.pick(PILOTS) };
      case 5:
        return { at: this.#now, do: "withdraw", product, kind, index: random.int(0, 3) };
      default:
        return this.#publish(product, kind, -random.int(0, 30) * DAY);
    }
  }

  /** Remembers where the items of a filing are, so that later ones can be about them. */
  remember({ items }: FileStep, places: Places): void {
    for (const { id, entry, loan } of items) {
      if (entry.kind === "Complained") this.#complaints.push({ id, entry, ...(loan !== undefined && { loan }) });
      if (entry.kind === "Closed" && entry.reason === "refinanced" && loan !== undefined) {
        const key = entry.borrower.join();
        this.#refinanced.set(key, [...(this.#refinanced.get(key) ?? []), loan]);
      }
      if (entry.kind !== "Opened") continue;
      const { platform, number, index } = places.refOf(id);
      this.#opened.set(`${platform}/${number}/${index}`, id);
      if (entry.firstDraw) {
        const key = `${platform}/${entry.borrower.join()}`;
        this.#draws.set(key, [...(this.#draws.get(key) ?? []), id]);
      }
    }
  }

  #publish(product: number, kind: number, ago: number): Step {
    const limits = randomLimits(this.#random, this.#mood.refusing);
    // A pilot's version can't bind from the past.
    const from = this.#now + 10 - ((limits.on & ruleBit("PILOT")) !== 0 ? 0 : ago);
    return { at: this.#now, do: "publish", product, kind, from, limits };
  }

  #pilot(): Step {
    const random = this.#random;
    const number = random.pick(PILOTS);
    const terms = randomPilot(random, random.pick([65, 65, 66, 130]), this.#now);
    const platforms = PLATFORMS.filter(() => random.chance(0.7));
    return { at: this.#now, do: "pilot", number, terms, platforms };
  }

  #settings(): Step {
    return { at: this.#now, do: "settings", from: this.#now + 10, settings: randomSettings(this.#random, this.#now) };
  }

  #rate(): Step {
    const rate = this.#random.pick([0n, 34_500_000n, 60_000_000n]);
    const publishedAt = this.#now - this.#random.int(0, 9) * DAY;
    return { at: this.#now, do: "rate", series: 1, publishedAt, rate };
  }

  #file(twin: Registry): FileStep {
    const random = this.#random;
    const platform = random.pick(PLATFORMS);
    const count = random.chance(0.03) ? 0 : random.int(...this.#mood.entries);
    const here: Item[] = [];
    for (let i = 0; i < count; i++) here.push(this.#item(twin, platform, here));
    const many = random.chance(0.02);
    const tail = many ? new Uint8Array(2 * 300) : random.bytes(random.int(1, 40));
    return { at: this.#now, do: "file", platform, items: here, ...((many || random.chance(0.15)) && { tail }) };
  }

  #item(twin: Registry, platform: number, here: readonly Item[]): Item {
    const random = this.#random;
    const id = this.#nextId++;
    if (random.chance(0.03)) {
      const answered = this.#answer(id, here);
      if (answered) return answered;
    }
    const borrower = random.pick(this.#mood.borrowers);
    const mangled = random.chance(0.04) && { mangle: this.#mangle() };
    if (random.chance(0.03)) return { id, entry: randomOther(random, borrower, this.#now), ...mangled };
    // Mostly about a loan that is there, or one opened just before in the same filing.
    const loans = loansOf(twin.bookOf(borrower)).filter(
      (loan) => holderOf(loan) === platform || random.chance(platform === 4 ? 0.4 : 0.15),
    );
    if (random.chance(loans.length === 0 ? 0.85 : this.#mood.opening)) {
      const own = this.#draws.get(`${platform}/${borrower.join()}`) ?? [];
      const earlier = here.filter(({ entry }) => entry.kind === "Opened" && entry.firstDraw).map((item) => item.id);
      const draws = [...own, ...earlier];
      const loan = random.chance(0.15) && draws.length > 0 && { loan: random.pick(draws) };
      const predecessor = random.chance(0.15) && this.#predecessor(twin, borrower, here);
      const entry = this.#openedBy(twin, platform, borrower, loan !== false);
      return { id, entry, ...loan, ...predecessor, ...mangled };
    }
    const justOpened = here.filter(({ entry }) => entry.kind === "Opened");
    if (justOpened.length > 0 && random.chance(0.3)) {
      const item = random.pick(justOpened);
      return { id, entry: this.#event(twin, item.entry.borrower, undefined), loan: item.id, ...mangled };
    }
    if (loans.length === 0) return { id, entry: this.#event(twin, borrower, undefined), ...mangled };
    const loan = random.pick(loans);
    const named = this.#opened.get(`${loan.platform}/${loan.number}/${loan.index}`);
    return {
      id,
      entry: this.#event(twin, borrower, loan),
      ...(named !== undefined && { loan: named }),
      ...mangled,
    };
  }

  /** A loan of the borrower's that another may come after, whosever it is; now and then one of nobody's. */
  #predecessor(twin: Registry, borrower: Uint8Array, here: readonly Item[]): Pick<Item, "predecessor"> {
    const random = this.#random;
    const key = borrower.join();
    const inState = loansOf(twin.bookOf(borrower)).flatMap(({ platform, number, index }) => {
      const named = this.#opened.get(`${platform}/${number}/${index}`);
      return named === undefined ? [] : [named];
    });
    const justOpened = here.filter(({ entry }) => entry.kind === "Opened" && entry.borrower.join() === key);
    const refinanced = here.flatMap(({ entry, loan }) =>
      entry.kind === "Closed" && entry.reason === "refinanced" && loan !== undefined ? [loan] : [],
    );
    const known = [
      ...inState,
      ...justOpened.slice(-3).map((item) => item.id),
      ...(this.#refinanced.get(key) ?? []).slice(-5),
      ...refinanced,
    ];
    return { predecessor: known.length === 0 || random.chance(0.05) ? -1 : random.pick(known) };
  }

  /** An answer to a complaint that was made, mostly about its loan. */
  #answer(id: number, here: readonly Item[]): Item | undefined {
    const random = this.#random;
    const made = here.flatMap(({ id: at, entry, loan }) =>
      entry.kind === "Complained" ? [{ id: at, entry, ...(loan !== undefined && { loan }) }] : [],
    );
    const complaints = [...this.#complaints.slice(-20), ...made];
    if (complaints.length === 0) return undefined;
    const { id: complaint, entry, loan } = random.pick(complaints);
    const time = this.#time(false, [entry.time, entry.time + DAY, entry.time + 15 * DAY]);
    const { borrower, ref } = entry;
    const answer = randomAnswered(random, { borrower, ref, time });
    return { id, complaint, entry: answer, ...(loan !== undefined && random.chance(0.95) && { loan }) };
  }

  #openedBy(twin: Registry, platform: number, borrower: Uint8Array, laterDraw: boolean): Opened {
    const random = this.#random;
    const basis = this.#basis(twin.isFounding(platform, this.#now));
    const product = random.pick([65, 65, 65, 66, 130, ...PRODUCTS]);
    const limits = twin.rulebook.limitsAt(product, borrower[0]!, this.#now);
    const book = twin.bookOf(borrower);
    const time = this.#time(basis === "founded", [
      ...(limits ? [book.lastClosed + limits.coolingOff, this.#now - limits.reportingWindow] : []),
      this.#midnight(twin, book.lastClosed),
      ...(limits ? [this.#now + limits.clockSkew] : []),
      book.ring.newest,
      book.lastClosed,
    ]);
    const principal = this.#amount();
    return {
      kind: "Opened",
      basis,
      borrower,
      time,
      product,
      principal,
      disclosed: random.pick([0, time, time - 3_600, time - DAY, time - 2 * DAY, time + 1, random.int(0, 2 ** 32 - 1)]),
      ...(random.chance(0.25) && { cash: random.chance(0.3) ? principal : this.#amount() }),
      ...(random.chance(0.2) && { income: this.#amount() }),
      ...(laterDraw && { line: { platform: random.pick(PLATFORMS), number: random.int(1, 9), index: 0 } }),
      ...(!laterDraw && random.chance(0.15) && { firstDraw: true as const }),
      ...(random.chance(0.01) && { predecessor: { platform: 1, number: 1, index: 0 } }),
      ...(random.chance(0.1) && { lender: random.int(0, 2 ** 18 - 1) }),
      ...(basis === "outage" && {
        outage: {
          reason: random.pick(OUTAGE_REASONS),
          deadline: Math.min(time + random.int(-3_600, 4 * DAY), 2 ** 32 - 1),
        },
      }),
      schedule: this.#schedule(principal),
    };
  }

  /** One of the local midnights after a time. */
  #midnight(twin: Registry, time: number): number {
    const { zone } = twin.rulebook.settingsAt(this.#now);
    return (localDay(zone, time) + this.#random.int(1, 4)) * DAY - offsetAt(zone, time);
  }

  /** The first request ends founding, so that there must be few of them before. */
  #basis(founding: boolean): Opened["basis"] {
    const random = this.#random;
    if (founding && random.chance(0.99)) return random.pick(["founded", "founded", "outage", "paidOut"] as const);
    return random.chance(0.05)
      ? "founded"
      : random.pick(["request", "request", "request", "outage", "paidOut"] as const);
  }

  #event(twin: Registry, borrower: Uint8Array, loan: Loan | undefined): Entry {
    const random = this.#random;
    const open = loan !== undefined && twin.isFounding(loan.platform, this.#now);
    const founded = random.chance(open ? 0.7 : 0.03) && { founded: true as const };
    const settings = twin.rulebook.settingsAt(this.#now);
    const limits = loan && twin.rulebook.limitsAt(loan.product, borrower[0]!, loan.opened);
    const time = this.#time(founded !== false, [
      ...(loan ? [loan.opened, this.#midnight(twin, loan.opened)] : []),
      ...(loan ? [loan.opened + (settings.markets.get(loan.product >>> 6)?.confirmationWindow ?? 0)] : []),
      ...(loan && limits ? [loan.opened + limits.withdrawalWindow, this.#now - limits.reportingWindow] : []),
    ]);
    const event = {
      ...founded,
      ...(random.chance(0.1) && { order: random.bytes(32) }),
      borrower,
      ref: loan ?? { platform: random.pick([...PLATFORMS, 0]), number: random.int(0, 6), index: random.int(0, 90) },
      time,
    };
    const { platform, number, index } = event.ref;
    const ref = { platform, number, index };
    const owed = BigInt(loan?.outstanding ?? 10_000);
    const principal = random.pick([0n, owed, owed, owed + 1n, owed > 0n ? owed - 1n : 0n, owed / 2n, this.#amount()]);
    const charges = random.pick([0n, 0n, 1n, 500n, 2n ** 38n - 1n, this.#amount()]);
    switch (random.int(0, 13)) {
      case 13:
        return random.chance(0.7) ? this.#contact(twin, { ...event, ref }) : randomBarred(random, { ...event, ref });
      case 12:
        return this.#contact(twin, { ...event, ref });
      case 10:
        return randomComplained(random, { ...event, ref });
      case 11:
        return randomAnswered(random, { ...event, ref });
      case 6:
        return randomOverdue(random, { ...event, ref });
      case 7:
        return randomExtended(random, { ...event, ref }, owed, this.#schedule(owed > 0n ? owed : 1n));
      case 8:
        return randomAssigned(random, { ...event, ref });
      case 9:
        return randomCorrected(random, { ...event, ref }, owed, twin.bookOf(borrower).lastClosed);
      case 0:
        return { kind: "Disbursed", ...event, ref, amount: random.chance(0.2) ? 0n : this.#amount() };
      case 1:
      case 2:
        return { kind: "Repaid", ...event, ref, principal, charges };
      default: {
        const untouched = random.chance(0.4);
        return {
          kind: "Closed",
          ...event,
          ref,
          reason: random.pick([
            ...CLOSE_REASONS,
            ...(["repaid", "refinanced", "voided", "withdrawn", "written-off"] as const),
            // Of chains of more than two there would be few.
            ...(loan?.detail?.linked === true ? Array.from({ length: 10 }, () => "refinanced" as const) : []),
          ]),
          principal: untouched ? 0n : principal,
          charges: untouched ? 0n : charges,
        };
      }
    }
  }

  /** A contact, mostly near those before it. */
  #contact(twin: Registry, event: RandomEvent): Entry {
    const random = this.#random;
    const { lastContact = 0, lastConversation = 0 } = twin.bookOf(event.borrower).conduct ?? {};
    const near = [lastContact, lastContact - random.int(0, 12) * DAY, lastConversation].filter((time) => time > DAY);
    if (near.length === 0 || random.chance(0.5)) return randomContacted(random, event);
    return randomContacted(random, { ...event, time: random.pick(near) + random.pick([-1, 0, 1, 3_600, DAY]) });
  }

  /** A stated time: about now, in disorder, or at an edge of something. */
  #time(founded: boolean, edges: readonly number[]): number {
    const random = this.#random;
    const base = random.chance(this.#mood.orderly)
      ? this.#now - random.int(0, 600)
      : random.pick([
          this.#now,
          this.#now - random.int(0, 3 * DAY),
          this.#now - random.int(0, founded ? 1_200 : 60) * DAY,
          this.#now + random.int(-5, 70_000),
          random.pick([...edges, this.#now]) + random.int(-1, 1),
        ]);
    return random.chance(0.005) ? 946_684_799 : Math.min(Math.max(base, 946_684_800), 2 ** 32 - 2);
  }

  #amount(): bigint {
    const random = this.#random;
    const wide = random.chance(0.01) ? [2n ** 38n, 2n ** 40n - 1n] : [];
    return random.pick([
      ...wide,
      10_000n,
      10_000n,
      50_000n,
      50_001n,
      100_000n,
      BigInt(random.int(1, 200_000)),
      random.chance(0.1) ? 2n ** 38n - 1n : 9_999n,
    ]);
  }

  #schedule(principal: bigint): Schedule {
    const random = this.#random;
    const legs = random.chance(0.7) ? 1 : random.int(1, 6);
    return Array.from({ length: legs }, () => {
      const count = random.pick([1, 1, 2, 12, 12, 24]);
      const share = principal / BigInt(count * legs);
      const more = share + random.pick([0n, 1n, 1n, share / 100n, share / 10n, share / 2n]);
      const amount = more < 2n ** 40n ? more : 2n ** 40n - 1n;
      const stepped = random.chance(0.15);
      const least = amount > 0n ? amount : 1n;
      const step = count > 1 ? ((least << 16n) / BigInt(count - 1) - 1n) / BigInt(random.int(1, 50)) : 5n;
      return {
        count,
        unit: random.pick(["day", "week", "month", "month"] as const),
        gap: random.pick([1, 1, 7, 14, 30, 31, 65_535]),
        amount: least,
        ...(stepped && { step: step < 0n ? 0n : step }),
      };
    });
  }

  #mangle(): Mangle {
    const random = this.#random;
    return random.pick<Mangle>([
      { how: "set", at: random.int(0, 80), byte: random.int(0, 255) },
      { how: "set", at: random.pick([0, 1, 2, 42]), byte: random.int(0, 15) },
      { how: "cut", length: random.int(0, 200) },
      { how: "add", bytes: random.bytes(random.pick([1, 10, 32])) },
      { how: "replace", bytes: random.bytes(random.int(0, 100)) },
    ]);
  }
}
