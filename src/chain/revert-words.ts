import { ruleNames } from "../core/decision.ts";
import { LIMIT_FIELDS } from "../core/limit-fields.ts";
import { STANDINGS } from "../core/licences.ts";

/** What the contracts refuse, said to whoever asked: a sentence for each of their errors that a command can meet. */

/** A contract's own error with its arguments, as they were decoded. */
export interface Revert {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface RevertWords {
  readonly what: string;
  readonly fix: string;
}

/** UTC seconds as people of the deployment read them. */
export type Dates = (seconds: number) => string;

type Words = (args: Readonly<Record<string, unknown>>, on: Dates) => readonly [what: string, fix: string];

/** The sentence of an error; undefined for one that no command of ours can meet. */
export function revertInWords({ name, args }: Revert, on: Dates): RevertWords | undefined {
  const words = (WORDS as Readonly<Record<string, Words | undefined>>)[name];
  if (words === undefined) return undefined;
  const [what, fix] = words(args, on);
  return { what, fix };
}

/** The errors that there are sentences for. */
export const wordedReverts = (): readonly string[] => Object.keys(WORDS);

const said = (value: unknown): string => String(value);
const borrowers = (kind: unknown): string => (Number(kind) === 1 ? "persons" : "businesses");
const PILOT_STATES = ["unknown: it was never opened", "open", "stopped", "graduated"];
const OURS = "Report it with the command: it should have been found before anything was sent.";
const LIST = "See `tally rules list` for what there is.";

/** Name of the field of a version that holds a byte. */
const fieldAt = (place: number): string =>
  LIMIT_FIELDS.find(({ offset, width }) => place >= offset && place < offset + width)?.name ?? `byte ${place}`;

/** Whether a number can be a time in seconds: settings and versions begin at 0 where they begin with the world. */
const time = (value: unknown, on: Dates): string => (Number(value) === 0 ? "the beginning" : on(Number(value)));

const NOT_YOURS: Words = ({ caller, msgsender }) => [
  `the account ${said(caller ?? msgsender)} may not do that: its role is another one`,
  "Give --key of the account that holds the role (docs/design/rulebook.md names the roles); `tally deploy` says who holds which.",
];

const WORDS = {
  Rulebook_TooSoon: ({ earliest, given }, on) => [
    `${time(given, on)} is too soon: ${on(Number(earliest))} is the earliest`,
    "Give that time or a later one. A change of law waits for its notice; another emergency of the same product, as long as the last one lasted.",
  ],
  Rulebook_NotAscending: ({ last, given }, on) => [
    `${time(given, on)} is not after ${time(last, on)}, which is the last there is`,
    "What is published begins after what is there. Give a later day; `tally rules list` shows the last.",
  ],
  Rulebook_LeavesTooSoon: ({ index, earliest, given }, on) => [
    `version ${said(index)}, which follows it, binds from ${on(Number(given))}, and would follow an earlier law then: for that it may bind from ${on(Number(earliest))} at the earliest`,
    `Withdraw version ${said(index)} first, then this one; publish it again with a later day.`,
  ],
  Rulebook_NotPending: ({ index }) => [
    `version ${said(index)} is not pending: it binds, was withdrawn, or never was`,
    `What binds can't be withdrawn; publish a later version instead. ${LIST}`,
  ],
  Rulebook_NotFirst: ({ product, kind }) => [
    `there is law of product ${said(product)} for ${borrowers(kind)} already`,
    "A history is published once, first. Publish a version with a later day, with notice.",
  ],
  Rulebook_NothingBinds: ({ product, kind }) => [
    `nothing binds for product ${said(product)} and ${borrowers(kind)}: an emergency changes law, and there is none`,
    "Publish a version first (`tally rules publish`).",
  ],
  Rulebook_BadEnd: ({ from, latest, given }, on) => [
    `an emergency until ${on(Number(given))} is not possible: it ends after ${on(Number(from))} and at the latest on ${on(Number(latest))}`,
    "Give --until a time within that: 90 days at most, and before the next published version binds.",
  ],
  Rulebook_NoEmergency: ({ product, kind }) => [
    `no emergency of product ${said(product)} for ${borrowers(kind)} lasts now`,
    LIST,
  ],
  Rulebook_EndsEmergency: ({ index }) => [
    `version ${said(index)} ends an emergency, and can't be withdrawn`,
    "End the emergency before its time with `tally rules lift`.",
  ],
  Rulebook_NoReason: () => ["it gives no reason", "Say with --reason why, for everybody to read."],
  Rulebook_BadField: ({ place }) => [
    `the Rulebook doesn't take ${fieldAt(Number(place))} as it is`,
    "Mend that field of the rule pack; `tally rules validate FILE` says more.",
  ],
  Rulebook_NotServed: ({ rules }) => [
    `the registry in service doesn't know ${ruleNames(Number(rules)).join(", ") || "one of the rules"}`,
    "Turn those rules off, or change to a successor of the registry first (`tally registry`).",
  ],
  Rulebook_NoRegistry: () => [
    "no registry is in service that could judge by it",
    "Install one first: `tally registry show` says where that stands.",
  ],
  Rulebook_BadProduct: ({ product, limit }) => [
    `there can be no product ${said(product)}: numbers go from 1 to ${Number(limit) - 1}`,
    "Give the product another number: 64 × its market's number + its serial.",
  ],
  Rulebook_BadKind: ({ kind }) => [`borrower kind ${said(kind)} is neither person nor business`, OURS],
  Rulebook_BadLength: ({ expected, given }) => [`${said(expected)} were expected, and ${said(given)} given`, OURS],
  Rulebook_TooMany: () => [
    "there is no room for another version of this product",
    "Give the next versions a product of their own.",
  ],
  Rulebook_SeriesExists: ({ series }) => [
    `series ${said(series)} was opened already`,
    "Add a point with `tally rules rate`, or give the series another number.",
  ],
  Rulebook_NoSeries: ({ series }) => [
    `there is no series ${said(series)}`,
    "Publish a rule pack that has it first: its points open the series.",
  ],
  Rulebook_BadRate: ({ limit }) => [
    `the rate is more than ${Number(limit) / 1e7} % a year`,
    "Write it as its source does, such as 3.45%.",
  ],
  Rulebook_PointTooLate: ({ earliest, given }, on) => [
    `a point of ${on(Number(given))} is entered too late: what was published before ${on(Number(earliest))} can't be any more`,
    "A point can be entered up to ten days after its publication. What the gap concerns stays undetermined; enter the next one in time.",
  ],
  Rulebook_PointTooEarly: ({ latest, given }, on) => [
    `a point of ${on(Number(given))} is entered before its publication: it is ${on(Number(latest))} now`,
    "Enter it once its source has published it.",
  ],
  Rulebook_BadNotice: ({ limit }) => [
    `a notice may last ${Math.floor(Number(limit) / 86_400)} days at most`,
    "Give a shorter one.",
  ],
  Licences_UnknownPlatform: ({ platform }) => [`there is no platform ${said(platform)}`, "See `tally platform list`."],
  Licences_TooMany: ({ limit }) => [
    `all ${said(limit)} numbers of platforms are used`,
    "A licence's number is never given again: a further platform needs a deployment of its own.",
  ],
  Licences_BadGroup: ({ group, limit }) => [
    `there can be no group ${said(group)}: numbers go from 1 to ${said(limit)}`,
    "Give the number of a platform of that group, or leave it out for a group of its own.",
  ],
  Licences_BadFlags: ({ flags }) => [`the flags ${said(flags)} mean nothing here`, OURS],
  Licences_BadWord: ({ word, limit }) => [`word ${said(word)} of products is beyond ${said(limit)}`, OURS],
  Licences_Withdrawn: ({ platform }) => [
    `the licence of platform ${said(platform)} was withdrawn, for good`,
    "Grant a new one with `tally platform add`; open loans can be assigned to it (`tally authority assign`).",
  ],
  Licences_NotSuspended: ({ platform, standing }) => {
    const now = STANDINGS[Number(standing)] ?? said(standing);
    return now === "withdrawn"
      ? [
          `the licence of platform ${said(platform)} was withdrawn, for good: only a suspended one can be restored`,
          "Grant a new one with `tally platform add`; open loans can be assigned to it (`tally authority assign`).",
        ]
      : [`platform ${said(platform)} is ${now}, not suspended`, "See `tally platform list`."];
  },
  Licences_TooSoon: ({ earliest, given }, on) => [
    `${on(Number(given))} is too soon: ${on(Number(earliest))} is the earliest`,
    "A successor of the registry waits for its notice. Run it again then; `tally registry show` says where it stands.",
  ],
  Licences_NotAnnounced: ({ registry, announced }) => [
    Number(announced) === 0
      ? "no successor is announced"
      : `${said(announced)} is announced as successor, not ${said(registry)}`,
    "Announce it first (`tally registry announce`), and wait for its notice.",
  ],
  Licences_WrongCode: ({ announced, found }) => [
    `the successor's code is not what was announced: ${said(found)}, not ${said(announced)}`,
    "Don't install it. Find out who deployed what; announce anew what is meant.",
  ],
  Licences_WrongPredecessor: ({ expected, found }) => [
    `the successor was made for ${said(found)}, and ${said(expected)} is in service`,
    "Deploy a successor of the registry that is in service, and announce it.",
  ],
  Sandbox_Exists: ({ number }) => [
    `pilot ${said(number)} was opened already`,
    "A pilot's terms can't be changed. Give this one another number; `tally pilot list` shows those used.",
  ],
  Sandbox_NotOpen: ({ number, state }) => [
    `pilot ${said(number)} is ${PILOT_STATES[Number(state)] ?? said(state)}`,
    `Only an open pilot can be stopped or graduated; see \`tally pilot show ${said(number)}\`.`,
  ],
  Sandbox_NoBound: () => [
    "a pilot must have a number, platforms, and at least one loan, one borrower and some amount",
    "Mend the terms; docs/pilots.md has an example.",
  ],
  Sandbox_BadProduct: ({ product }) => [
    `there can be no product ${said(product)}`,
    "Give `product` a number from 1 to 2047, or a name.",
  ],
  Sandbox_BadPlatform: ({ platform }) => [
    `there can be no platform ${said(platform)}`,
    "See `tally platform list` for the numbers.",
  ],
  Sandbox_BadDates: ({ opensAt, endsAt }, on) => [
    `a pilot from ${time(opensAt, on)} to ${time(endsAt, on)} ends before it opens, or has ended already`,
    "Give `ends` a day after `opens`, and one that is still to come.",
  ],
  Sandbox_NotRegistry: ({ inService, caller }) => [
    `only the registry in service, ${said(inService)}, keeps a pilot's counts, and not ${said(caller)}`,
    OURS,
  ],
  Registry_NotInService: ({ inService }) => [
    `this registry is not in service: ${Number(inService) === 0 ? "none is" : said(inService)}`,
    "See `tally registry show`; read deployment.json anew.",
  ],
  Registry_NoKey: ({ platform }) => [
    `platform ${said(platform)} has no filing key: it was revoked, or never set`,
    "Give it one with `tally platform rotate`.",
  ],
  Registry_WrongNumber: ({ expected, given }) => [
    `filing ${said(given)} is not the next one, which is ${said(expected)}`,
    "Somebody else files for this platform. File what follows what is there.",
  ],
  Registry_WrongPrevious: () => [
    "the filing doesn't follow the last head",
    "Somebody else files for this platform. File what follows what is there.",
  ],
  Registry_WrongSignature: ({ expected }) => [
    `the filing is not signed by the platform's filing key, ${said(expected)}`,
    "Sign with the key of the licence; `tally platform list` shows it.",
  ],
  Registry_NumbersExhausted: ({ platform }) => [
    `platform ${said(platform)} has used all numbers of filings`,
    "Grant it a new licence.",
  ],
  Registry_TooLittleGas: ({ needed, left }) => [
    `the filing needs ${said(needed)} gas, and ${said(left)} were left`,
    "Send it with more gas, or with fewer entries.",
  ],
  AccessManagedUnauthorized: NOT_YOURS,
  AccessManagerUnauthorizedAccount: NOT_YOURS,
  AccessManagerUnauthorizedCall: NOT_YOURS,
  AccessManagerUnauthorizedCancel: NOT_YOURS,
  AccessManagedRequiredDelay: ({ delay }) => [
    `this has to be scheduled ${said(delay)} seconds before it is done`,
    "Schedule it at the Administration contract, and run it again after that time.",
  ],
  AccessManagerNotScheduled: () => [
    "this has to be scheduled before it is done, and it isn't",
    "Schedule it at the Administration contract first.",
  ],
  AccessManagerNotReady: () => [
    "this was scheduled, and its time has not come",
    "Run it again once its delay is over.",
  ],
  AccessManagerExpired: () => ["this was scheduled too long ago", "Schedule it at the Administration contract anew."],
  AccessManagerAlreadyScheduled: () => ["this is scheduled already", "Run it once its delay is over."],
  AccessManagerLockedRole: () => ["this role can't be granted or taken", "See docs/design/rulebook.md for the roles."],
  AccessManagerBadConfirmation: () => [
    "a role can only be renounced by the account that holds it",
    "Give --key of that account.",
  ],
} as const satisfies Readonly<Record<string, Words>>;
