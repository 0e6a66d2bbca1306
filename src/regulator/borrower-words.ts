import { artifact } from "../chain/artifacts.ts";
import { detailCounts, hasConduct, packBook } from "../core/book-words.ts";
import { toHex } from "../core/bytes.ts";
import { refToBigInt } from "../core/entry.ts";
import type { Registry } from "../core/registry.ts";

/** A word that the twin has of a borrower beside the book: a note, or what a loan's chain came to. */
export interface KnownWord {
  readonly view: "noteOf" | "chainOf";
  /** Of the view, after the borrower. */
  readonly args: readonly (bigint | number)[];
  readonly value: bigint;
}

/** Answers of the registry's views to these calls, in their order. */
export type Views = (calls: readonly string[]) => Promise<readonly string[]>;

/** Everything that a registry keeps of a borrower, as text that can be compared and shown: on the chain and in the twin. */
export interface BorrowerWords {
  readonly borrower: Uint8Array;
  readonly onChain: string;
  readonly computed: string;
}

/** Notes and chains of the twin by borrower, in hexadecimal text. */
export function wordsByBorrower(twin: Registry): Map<string, KnownWord[]> {
  const words = new Map<string, KnownWord[]>();
  const add = (borrower: Uint8Array, word: KnownWord): void => {
    const key = toHex(borrower);
    const known = words.get(key);
    if (known) known.push(word);
    else words.set(key, [word]);
  };
  for (const { borrower, ref, tag, value } of twin.notes())
    add(borrower, { view: "noteOf", args: [refToBigInt(ref), tag], value });
  for (const { borrower, ref, value } of twin.chains())
    add(borrower, { view: "chainOf", args: [refToBigInt(ref)], value });
  return words;
}

/** Reads the words of some borrowers: their books, their conduct where they have one, and the notes and chains that the twin knows of. */
export async function readBorrowers(
  borrowers: readonly Uint8Array[],
  twin: Registry,
  beside: ReadonlyMap<string, readonly KnownWord[]>,
  views: Views,
): Promise<BorrowerWords[]> {
  const registry = artifact("Registry").interface;
  const ask = async (name: string, args: readonly (readonly unknown[])[]): Promise<readonly (readonly unknown[])[]> => {
    const answers = args.length === 0 ? [] : await views(args.map((some) => registry.encodeFunctionData(name, some)));
    return args.map((_, k) => [...registry.decodeFunctionResult(name, answers[k] ?? "0x")] as unknown[]);
  };
  const books = (await ask(
    "bookOf",
    borrowers.map((one) => [toHex(one)]),
  )) as unknown as readonly Book[];
  const withConduct = borrowers.filter((_, k) => hasConduct(books[k]![0]));
  const conducts = await ask(
    "conductOf",
    withConduct.map((one) => [toHex(one)]),
  );
  const conductOf = new Map(withConduct.map((one, k) => [one, conducts[k]![0] as bigint]));
  const asked = borrowers.flatMap((one) => (beside.get(toHex(one)) ?? []).map((word) => ({ one, ...word })));
  const calls = asked.map(({ one, view, args }) => registry.encodeFunctionData(view, [toHex(one), ...args]));
  const kept = calls.length === 0 ? [] : await views(calls);
  const besideOf = new Map<Uint8Array, bigint[]>(borrowers.map((one) => [one, []]));
  for (const [k, { one, view }] of asked.entries())
    besideOf.get(one)?.push(registry.decodeFunctionResult(view, kept[k] ?? "0x")[0] as bigint);
  return borrowers.map((borrower, k) => {
    const twins = packBook(twin.bookOf(borrower));
    const known = beside.get(toHex(borrower)) ?? [];
    return {
      borrower,
      onChain: text([...bookWords(books[k]!), conductOf.get(borrower), ...(besideOf.get(borrower) ?? [])]),
      computed: text([
        ...[twins.head, twins.detail, ...twins.slots.flatMap((slot, at) => [slot, twins.details[at]])],
        twins.conduct,
        ...known.map(({ value }) => value),
      ]),
    };
  });
}

type Book = readonly [head: bigint, detail: bigint, slots: readonly bigint[], details: readonly bigint[]];

/** Words that mean something: a detail counts only where its loan says so. */
function bookWords([head, detail, slots, details]: Book): (bigint | undefined)[] {
  const counted = (word: bigint, of: bigint | undefined): bigint | undefined => (detailCounts(word) ? of : undefined);
  return [head, counted(head, detail), ...[...slots].flatMap((slot, k) => [slot, counted(slot, details[k])])];
}

function text(words: readonly (bigint | undefined)[]): string {
  return words.map((word) => (word === undefined ? "-" : `0x${word.toString(16)}`)).join(" ");
}
