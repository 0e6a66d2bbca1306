import { artifact } from "../chain/artifacts.ts";
import { detailCounts, hasConduct, packBook } from "../core/book-words.ts";
import { toHex } from "../core/bytes.ts";
import { refToBigInt } from "../core/entry.ts";
import type { Ref } from "../core/entry.ts";
import type { NoteTag } from "../core/notes.ts";
import type { Registry } from "../core/registry.ts";

/** A note that the twin has of a borrower. */
export interface KnownNote {
  readonly ref: Ref;
  readonly tag: NoteTag;
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

/** Notes of the twin by borrower, in hexadecimal text. */
export function notesByBorrower(twin: Registry): Map<string, KnownNote[]> {
  const notes = new Map<string, KnownNote[]>();
  for (const { borrower, ...note } of twin.notes()) {
    const key = toHex(borrower);
    const known = notes.get(key);
    if (known) known.push(note);
    else notes.set(key, [note]);
  }
  return notes;
}

/** Reads the words of some borrowers: their books, their conduct where they have one, and the notes that the twin knows of. */
export async function readBorrowers(
  borrowers: readonly Uint8Array[],
  twin: Registry,
  notes: ReadonlyMap<string, readonly KnownNote[]>,
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
  const asked = borrowers.flatMap((one) => (notes.get(toHex(one)) ?? []).map((note) => ({ one, ...note })));
  const kept = await ask(
    "noteOf",
    asked.map(({ one, ref, tag }) => [toHex(one), refToBigInt(ref), tag]),
  );
  const notesOf = new Map<Uint8Array, bigint[]>(borrowers.map((one) => [one, []]));
  for (const [k, { one }] of asked.entries()) notesOf.get(one)?.push(kept[k]![0] as bigint);
  return borrowers.map((borrower, k) => {
    const twins = packBook(twin.bookOf(borrower));
    const known = notes.get(toHex(borrower)) ?? [];
    return {
      borrower,
      onChain: text([...bookWords(books[k]!), conductOf.get(borrower), ...(notesOf.get(borrower) ?? [])]),
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
