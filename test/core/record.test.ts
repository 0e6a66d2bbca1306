import { expect } from "chai";

import { ENTRY_KINDS } from "../../src/core/entry.ts";
import { decodeEntry } from "../../src/core/decode-entry.ts";
import { encodeEntry } from "../../src/core/encode-entry.ts";
import { entryOf, isComplete, mismatchOf, referencesOf } from "../../src/core/record-entry.ts";
import { type Claims, GROUPS_OF, parseClaims } from "../../src/core/record.ts";
import { LEAF, refs, samples } from "../support/receipts.ts";

describe("records", () => {
  it("have a sample of every kind, with every group", () => {
    expect(samples.map(({ kind }) => kind)).to.deep.equal([...ENTRY_KINDS]);
    for (const sample of samples)
      expect(
        GROUPS_OF[sample.kind].every((group) => group in sample),
        sample.kind,
      ).to.be.true;
  });

  for (const sample of samples) {
    describe(`of kind ${sample.kind}`, () => {
      const claims = parseClaims(sample);
      const entry = entryOf(claims, refs);

      it("give an entry that is what its bytes say", () => {
        expect(decodeEntry(encodeEntry(entry))).to.deep.equal(entry);
      });

      it("match that entry, whole or in part", () => {
        expect(mismatchOf(claims, 0, entry)).to.equal(undefined);
        expect(isComplete(claims)).to.be.true;
        for (const group of GROUPS_OF[claims.kind]) {
          const { [group]: _withheld, ...rest } = claims as unknown as Record<string, unknown>;
          expect(mismatchOf(rest as never, 1, entry), `without ${group}`).to.equal(undefined);
        }
      });

      it("match no entry that differs in a field", () => {
        for (const [name, value] of Object.entries(entry)) {
          const other = { ...entry, [name]: changed(value) };
          const found = mismatchOf(claims, 0, other);
          // Places are bound by the gateway: the record names leaves.
          expect(found, name).to.equal(isRef(value) ? undefined : name);
          const { [name]: _gone, ...without } = entry as unknown as Record<string, unknown>;
          expect(mismatchOf(claims, 0, without as never), `without ${name}`).to.equal(name);
        }
        expect(mismatchOf(claims, 0, { ...entry, stranger: 1 } as never)).to.equal("stranger");
      });
    });
  }

  it("name the leaves that they refer to", () => {
    const roles = samples.map((sample) => referencesOf(parseClaims(sample)).map(({ role, leaf }) => `${role} ${leaf}`));
    expect(roles[0]).to.deep.equal([`line ${LEAF}`, `predecessor ${LEAF}`]);
    expect(roles[1]).to.deep.equal([`loan ${LEAF}`]);
    expect(roles[8]).to.deep.equal([`loan ${LEAF}`, `complaint ${LEAF}`]);
    expect(roles[10]).to.deep.equal([`loan ${LEAF}`, `superseded ${LEAF}`]);
    expect(roles[11]).to.deep.equal([]);
  });

  it("refer to nothing but what they name", () => {
    const opened = parseClaims(samples[0]) as Extract<Claims, { kind: "Opened" }>;
    const plain = entryOf({ ...opened, loan: { number: "L" } }, refs);
    expect(plain).to.not.have.any.keys("line", "predecessor", "firstDraw");
    const first = entryOf({ ...opened, loan: { number: "L", line: "first" } }, refs);
    expect(first).to.include({ firstDraw: true }).and.not.have.any.keys("line", "predecessor");
  });

  it("can't become an entry before their references are bound", () => {
    expect(() => entryOf(parseClaims(samples[2]), {})).to.throw("ev-3 refers to a loan");
  });
});

const isRef = (value: unknown) => typeof value === "object" && value !== null && "index" in value;

function changed(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.map((byte, i) => (i === 5 ? byte ^ 1 : byte));
  if (typeof value === "bigint") return value + 1n;
  if (typeof value === "number") return value + 1;
  if (typeof value === "string") return `${value}x`;
  if (value === true) return undefined;
  if (Array.isArray(value)) return [...value, value[0] as unknown];
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, changed(item)]));
}
