import { HEAD, NO_CONDUCT } from "./book.ts";
import type { Book, Conduct, Detail, Loan } from "./book.ts";
import { coreError } from "./errors.ts";
import { packDeltas, unpackDeltas } from "./ring.ts";

/** A book as the chain stores it. A detail that doesn't count is absent here: whatever is in its word means nothing. */
export interface BookWords {
  readonly head: bigint;
  readonly detail?: bigint;
  readonly slots: readonly bigint[];
  readonly details: readonly (bigint | undefined)[];
  /** The borrower's conduct, if the head says that there is one. */
  readonly conduct?: bigint;
}

/** Fields of a word: lowest bit and width. */
const COMMON = {
  principal: [0, 38],
  term: [38, 14],
  product: [52, 11],
  index: [63, 8],
  number: [71, 28],
  platform: [99, 18],
  detail: [118, 1],
  unconfirmed: [119, 1],
} as const;
const IN_HEAD = {
  present: [117, 1],
  streak: [121, 3],
  conduct: [120, 1],
  slots: [124, 5],
  lastClosed: [129, 32],
  newest: [161, 32],
  ring: [193, 63],
} as const;
const IN_SLOT = {
  chargedOff: [117, 1],
  inRing: [120, 1],
  isDraw: [121, 1],
  stale: [122, 1],
  holder: [124, 18],
  opened: [142, 32],
  lineIndex: [212, 8],
  lineNumber: [220, 28],
} as const;
const IN_DETAIL = {
  outstanding: [0, 38],
  charges: [38, 38],
  defaultCharges: [76, 38],
  extensions: [114, 4],
  settlement: [118, 40],
  lastEvent: [158, 32],
  allowance: [190, 38],
  largestPayment: [228, 24],
  linked: [252, 1],
  inDefault: [253, 1],
} as const;

const IN_CONDUCT = {
  defaultAt: [0, 32],
  barredUntil: [32, 32],
  barredFrom: [64, 32],
  lastContact: [96, 32],
  lastConversation: [128, 32],
} as const;
/** Where the counts of contacts begin, and how wide each is. */
const CONTACTS = [160, 8] as const;

type Field = readonly [lowest: number, width: number];

function put(value: number | bigint | boolean, [lowest, width]: Field): bigint {
  const bits = BigInt(value);
  if (bits < 0n || bits >> BigInt(width) !== 0n)
    throw coreError("internal", `${bits} doesn't fit the ${width} bits that a borrower's state has for it`);
  return bits << BigInt(lowest);
}

function get(bits: bigint, [lowest, width]: Field): number {
  return Number((bits >> BigInt(lowest)) & ((1n << BigInt(width)) - 1n));
}

/** The words that the chain holds for a book. */
export function packBook({ head, slots, lastClosed, ring, streak, conduct }: Book): BookWords {
  const word =
    put(streak, IN_HEAD.streak) |
    put(slots.length, IN_HEAD.slots) |
    put(conduct !== undefined, IN_HEAD.conduct) |
    put(lastClosed, IN_HEAD.lastClosed) |
    put(ring.newest, IN_HEAD.newest) |
    put(packDeltas(ring), IN_HEAD.ring) |
    (head ? packLoan(head) | put(1, IN_HEAD.present) : 0n);
  return {
    head: word,
    ...(head?.detail && { detail: packDetail(head, head.detail) }),
    slots: slots.map(packSlot),
    details: slots.map((loan) => loan.detail && packDetail(loan, loan.detail)),
    ...(conduct && { conduct: packConduct(conduct) }),
  };
}

function packLoan(loan: Loan): bigint {
  return (
    put(loan.principal, COMMON.principal) |
    put(loan.term, COMMON.term) |
    put(loan.product, COMMON.product) |
    put(loan.index, COMMON.index) |
    put(loan.number, COMMON.number) |
    put(loan.platform, COMMON.platform) |
    put(loan.detail !== undefined, COMMON.detail) |
    put(loan.unconfirmed, COMMON.unconfirmed)
  );
}

function packSlot(loan: Loan): bigint {
  return (
    packLoan(loan) |
    put(loan.chargedOff, IN_SLOT.chargedOff) |
    put(loan.inRing, IN_SLOT.inRing) |
    put(loan.line !== undefined, IN_SLOT.isDraw) |
    put(loan.stale === true, IN_SLOT.stale) |
    put(loan.holder, IN_SLOT.holder) |
    put(loan.opened, IN_SLOT.opened) |
    put(loan.line?.index ?? 0, IN_SLOT.lineIndex) |
    put(loan.line?.number ?? 0, IN_SLOT.lineNumber)
  );
}

function packDetail({ outstanding }: Loan, detail: Detail): bigint {
  return (
    put(outstanding, IN_DETAIL.outstanding) |
    put(detail.charges, IN_DETAIL.charges) |
    put(detail.defaultCharges, IN_DETAIL.defaultCharges) |
    put(detail.extensions, IN_DETAIL.extensions) |
    put(detail.settlement, IN_DETAIL.settlement) |
    put(detail.lastEvent, IN_DETAIL.lastEvent) |
    put(detail.allowance, IN_DETAIL.allowance) |
    put(detail.largestPayment, IN_DETAIL.largestPayment) |
    put(detail.linked, IN_DETAIL.linked) |
    put(detail.inDefault, IN_DETAIL.inDefault)
  );
}

function packConduct({ contacts, ...conduct }: Conduct): bigint {
  const [from, width] = CONTACTS;
  const times =
    put(conduct.defaultAt, IN_CONDUCT.defaultAt) |
    put(conduct.barredUntil, IN_CONDUCT.barredUntil) |
    put(conduct.barredFrom, IN_CONDUCT.barredFrom) |
    put(conduct.lastContact, IN_CONDUCT.lastContact) |
    put(conduct.lastConversation, IN_CONDUCT.lastConversation);
  return contacts.reduce((word, count, day) => word | put(count, [from + day * width, width]), times);
}

/** Slots that a head word says are in use. */
export function slotsInUse(head: bigint): number {
  return get(head, IN_HEAD.slots);
}

/** Whether a head word says that the borrower has a conduct word. */
export function hasConduct(head: bigint): boolean {
  return get(head, IN_HEAD.conduct) === 1;
}

/** Whether the detail beside a head or slot word counts. */
export function detailCounts(bits: bigint): boolean {
  return get(bits, COMMON.detail) === 1;
}

/** The book that words of the chain mean; details that don't count are not looked at. */
export function unpackBook(words: BookWords): Book {
  const ring = { newest: get(words.head, IN_HEAD.newest), deltas: unpackDeltas(words.head >> 193n) };
  const slots = Array.from({ length: slotsInUse(words.head) }, (_, k) => unpackSlot(words, k));
  return {
    ...(get(words.head, IN_HEAD.present) === 1 && { head: unpackHead(words, ring.newest) }),
    slots,
    lastClosed: get(words.head, IN_HEAD.lastClosed),
    ring,
    streak: get(words.head, IN_HEAD.streak),
    ...(hasConduct(words.head) && words.conduct !== undefined && { conduct: unpackConduct(words.conduct) }),
  };
}

function unpackConduct(bits: bigint): Conduct {
  const [from, width] = CONTACTS;
  return {
    defaultAt: get(bits, IN_CONDUCT.defaultAt),
    barredUntil: get(bits, IN_CONDUCT.barredUntil),
    barredFrom: get(bits, IN_CONDUCT.barredFrom),
    lastContact: get(bits, IN_CONDUCT.lastContact),
    lastConversation: get(bits, IN_CONDUCT.lastConversation),
    contacts: NO_CONDUCT.contacts.map((_, day) => get(bits, [from + day * width, width])),
  };
}

function unpackLoan(bits: bigint): Omit<Loan, "opened" | "outstanding" | "chargedOff" | "inRing" | "holder"> {
  return {
    platform: get(bits, COMMON.platform),
    number: get(bits, COMMON.number),
    index: get(bits, COMMON.index),
    product: get(bits, COMMON.product),
    principal: get(bits, COMMON.principal),
    term: get(bits, COMMON.term),
    unconfirmed: get(bits, COMMON.unconfirmed) === 1,
  };
}

function unpackHead(words: BookWords, opened: number): Loan {
  const detail = countedDetail(words, HEAD);
  const loan = unpackLoan(words.head);
  return {
    ...loan,
    opened,
    outstanding: detail === undefined ? loan.principal : get(detail, IN_DETAIL.outstanding),
    chargedOff: false,
    inRing: true,
    holder: 0,
    ...(detail !== undefined && { detail: unpackDetail(detail) }),
  };
}

function unpackSlot(words: BookWords, k: number): Loan {
  const bits = words.slots[k]!;
  const detail = countedDetail(words, k);
  const loan = unpackLoan(bits);
  return {
    ...loan,
    opened: get(bits, IN_SLOT.opened),
    outstanding: detail === undefined ? loan.principal : get(detail, IN_DETAIL.outstanding),
    chargedOff: get(bits, IN_SLOT.chargedOff) === 1,
    inRing: get(bits, IN_SLOT.inRing) === 1,
    holder: get(bits, IN_SLOT.holder),
    ...(get(bits, IN_SLOT.stale) === 1 && { stale: true as const }),
    ...(get(bits, IN_SLOT.isDraw) === 1 && {
      line: { number: get(bits, IN_SLOT.lineNumber), index: get(bits, IN_SLOT.lineIndex) },
    }),
    ...(detail !== undefined && { detail: unpackDetail(detail) }),
  };
}

function countedDetail(words: BookWords, place: number): bigint | undefined {
  if (!detailCounts(place === HEAD ? words.head : words.slots[place]!)) return undefined;
  return place === HEAD ? words.detail : words.details[place];
}

function unpackDetail(bits: bigint): Detail {
  return {
    charges: get(bits, IN_DETAIL.charges),
    defaultCharges: get(bits, IN_DETAIL.defaultCharges),
    extensions: get(bits, IN_DETAIL.extensions),
    settlement: get(bits, IN_DETAIL.settlement),
    lastEvent: get(bits, IN_DETAIL.lastEvent),
    allowance: get(bits, IN_DETAIL.allowance),
    largestPayment: get(bits, IN_DETAIL.largestPayment),
    linked: get(bits, IN_DETAIL.linked) === 1,
    inDefault: get(bits, IN_DETAIL.inDefault) === 1,
  };
}
