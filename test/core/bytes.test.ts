import { expect } from "chai";
import fc from "fast-check";
import { ByteReader, ByteWriter, concat, equal, fromHex, toBigInt, toHex, word } from "../../src/core/bytes.ts";

describe("Bytes", () => {
  it("come back from hexadecimal text", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(equal(fromHex(toHex(bytes)), bytes)).to.equal(true);
        expect(equal(fromHex(toHex(bytes).toUpperCase().replace("0X", "0x"), bytes.length), bytes)).to.equal(true);
      }),
      { seed: 7 },
    );
  });

  it("are refused where the text is no hexadecimal, or of another length", () => {
    expect(() => fromHex("0x123")).to.throw('"0x123" is not hexadecimal');
    expect(() => fromHex("0xzz")).to.throw('"0xzz" is not hexadecimal');
    expect(() => fromHex("0x1234", 3)).to.throw('"0x1234" has 2 bytes instead of 3');
  });

  it("hold numbers of any width, the highest byte first", () => {
    const sized = fc
      .integer({ min: 1, max: 16 })
      .chain((width) => fc.tuple(fc.constant(width), fc.bigInt({ min: 0n, max: 2n ** BigInt(8 * width) - 1n })));
    fc.assert(
      fc.property(fc.array(sized, { maxLength: 30 }), (values) => {
        const writer = new ByteWriter(1);
        for (const [width, value] of values) writer.big(value, width);
        const bytes = writer.finish();
        expect(toBigInt(bytes)).to.equal(
          values.reduce((all, [width, value]) => (all << BigInt(8 * width)) | value, 0n),
        );
        const reader = new ByteReader(bytes);
        for (const [width, value] of values) expect(reader.big(width)).to.equal(value);
        expect([reader.left, reader.overrun]).to.deep.equal([0, false]);
      }),
      { seed: 7 },
    );
  });

  it("refuse what doesn't fit", () => {
    expect(() => new ByteWriter().uint(2 ** 40, 5)).to.throw("is not an unsigned whole number of 5 bytes");
    expect(() => new ByteWriter().uint(-1, 1)).to.throw("-1 is not");
    expect(() => new ByteWriter().uint(1.5, 1)).to.throw("1.5 is not");
    expect(() => new ByteWriter().big(2n ** 56n, 7)).to.throw("of 7 bytes");
    expect(() => new ByteWriter().big(-1n, 7)).to.throw("-1 is not");
    expect(() => new ByteWriter().bytes(new Uint8Array(3), 4)).to.throw("3 bytes given for 4");
  });

  it("read as zeros beyond their end, which is told", () => {
    const reader = new ByteReader(new Uint8Array([1, 2, 3]));
    expect(reader.uint(2)).to.equal(0x0102);
    expect(reader.uint(2)).to.equal(0);
    expect(reader.overrun).to.equal(true);
  });

  it("make words of 32 bytes", () => {
    expect(toHex(word(0x1234))).to.equal(`0x${"00".repeat(30)}1234`);
    expect(toBigInt(word(2n ** 256n - 1n))).to.equal(2n ** 256n - 1n);
    expect(toHex(concat(new Uint8Array([1]), new Uint8Array(0), new Uint8Array([2, 3])))).to.equal("0x010203");
  });
});
