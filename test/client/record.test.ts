import { createHash, randomBytes } from "node:crypto";

import { SDJwtInstance } from "@sd-jwt/core";
import { TypedDataEncoder } from "ethers";
import { expect } from "chai";
import fc from "fast-check";

import { certifyRecordKey, generateRecordKey, issueRecord, loadRecordKey } from "../../src/client/record.ts";
import { toHex } from "../../src/core/bytes.ts";
import { isSignedBy, signHead } from "../../src/core/filing.ts";
import { checkRecordSignature, kidOf, recordKeyDigest, thumbprintOf } from "../../src/core/record-key.ts";
import { GROUPS_OF, parseClaims, RECORD_GROUPS, type RecordGroup } from "../../src/core/record.ts";
import { digestOf, leafOf, MAX_RECORD_LENGTH, parseRecord, RECORD_TYPE, redact } from "../../src/core/sd-jwt.ts";
import { domain, filingAddress, filingSecret, recordSigner, samples } from "../support/receipts.ts";

const [sample] = samples;
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "nothing thrown";
};
const decode = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A record made by hand: whatever payload and disclosures, rightly signed. */
function forge(payload: unknown, disclosures: readonly string[] = [], header: unknown = undefined): string {
  const protectedHeader = header ?? { alg: "ES256", typ: RECORD_TYPE, kid: recordSigner.kid };
  const text = `${encode(protectedHeader)}.${encode(payload)}`;
  return [`${text}.${recordSigner.sign(text)}`, ...disclosures, ""].join("~");
}

/** SD-JWT as the library does it, for the same key and claims. */
const library = new SDJwtInstance({
  hasher: (text: string | ArrayBuffer) =>
    createHash("sha256")
      .update(text as string)
      .digest(),
  hashAlg: "sha-256",
  saltGenerator: (length: number) => randomBytes(length).toString("base64url"),
  signAlg: "ES256",
  signer: (text: string) => recordSigner.sign(text),
  verifier: (text: string, signature: string) =>
    checkRecordSignature(text, Buffer.from(signature, "base64url"), recordSigner.publicKey),
});

describe("issuing records", () => {
  it("gives back the claims that went in, for every kind", () => {
    for (const claims of samples) {
      const parsed = parseRecord(issueRecord(claims, recordSigner));
      expect(parsed.claims).to.deep.equal(parseClaims(claims));
      expect(parsed.disclosed).to.deep.equal(GROUPS_OF[claims.kind]);
      expect(parsed).to.include({ withheld: 0, kid: recordSigner.kid });
      expect(checkRecordSignature(parsed.signingInput, parsed.signature, recordSigner.publicKey)).to.be.true;
    }
  });

  it("makes SD-JWTs that the library verifies, and reads those that the library makes", async () => {
    for (const claims of samples) {
      const { payload } = await library.verify(issueRecord(claims, recordSigner));
      const { _sd_alg, ...open } = payload as Record<string, unknown>;
      expect(open).to.deep.equal(claims);
      const theirs = await library.issue(
        claims,
        { _sd: GROUPS_OF[claims.kind] as never },
        {
          header: { typ: RECORD_TYPE, kid: recordSigner.kid },
        },
      );
      expect(parseRecord(theirs).claims).to.deep.equal(parseClaims(claims));
    }
  });

  it("shows nothing of a group in the signed part", () => {
    const [jwt = ""] = issueRecord(sample!, recordSigner).split("~");
    const payload = decode(jwt.split(".")[1]!);
    expect(Object.keys(payload)).to.have.members(["iss", "iat", "jti", "kind", "fmt", "_sd", "_sd_alg"]);
    expect((payload["_sd"] as string[]).toSorted()).to.deep.equal(payload["_sd"]);
  });

  it("never gives the same leaf twice, even for the same claims", () => {
    const leaves = Array.from({ length: 20 }, () => toHex(leafOf(issueRecord(sample!, recordSigner).split("~")[0]!)));
    expect(new Set(leaves).size).to.equal(20);
  });

  it("refuses claims that make no record, naming the field", () => {
    const wrong: [string, object][] = [
      ["terms.principal", { ...sample!, terms: { ...(sample as { terms: object }).terms, principal: "0" } }],
      ["terms.outage", { ...sample!, terms: { ...(sample as { terms: object }).terms, basis: "request" } }],
      ["iss", { ...sample!, iss: "platform 1" }],
      ["jti", { ...sample!, jti: "two words" }],
      ["time.at", { ...sample!, time: { at: 1 } }],
    ];
    for (const [field, claims] of wrong)
      expect(() => issueRecord(claims as never, recordSigner), field).to.throw(`claim ${field}`);
    for (const amount of ["01", "-1", "1.5", "1e3", " 1", "274877906944", "9".repeat(400), 5])
      expect(
        codeOf(() =>
          issueRecord({ ...samples[2]!, event: { principal: amount, charges: "1" } } as never, recordSigner),
        ),
      ).to.equal("record-claims");
  });

  it("carries loan numbers of any script", () => {
    const loan = { number: "贷款 №42 – größte 🦝", opening: `0x${"5a".repeat(32)}` };
    const { claims } = parseRecord(issueRecord({ ...samples[2]!, loan } as never, recordSigner));
    expect(claims).to.deep.include({ loan });
  });

  it("carries a schedule of 400 legs", () => {
    const legs = Array.from({ length: 400 }, () => ({
      count: 3,
      unit: "month" as const,
      gap: 1,
      amount: "274877906943",
    }));
    const record = issueRecord({ ...sample!, schedule: { legs } } as never, recordSigner);
    expect(record.length).to.be.below(MAX_RECORD_LENGTH);
    expect(parseRecord(record).withheld).to.equal(0);
  });
});

describe("showing some groups of a record", () => {
  const record = issueRecord(sample!, recordSigner);

  it("shows those, says how many are withheld, and keeps the signed part", () => {
    fc.assert(
      fc.property(fc.subarray([...RECORD_GROUPS]), (groups) => {
        const redacted = redact(record, groups);
        const { disclosed, withheld, jwt } = parseRecord(redacted);
        const shown = GROUPS_OF.Opened.filter((group) => groups.includes(group));
        expect(disclosed).to.deep.equal(shown);
        expect(withheld).to.equal(GROUPS_OF.Opened.length - shown.length);
        expect(record.startsWith(`${jwt}~`)).to.be.true;
        expect(redact(redacted, groups)).to.equal(redacted);
      }),
      { seed: 3, numRuns: 50 },
    );
  });

  it("does as the library's presentation does", async () => {
    const frame: Partial<Record<RecordGroup, true>> = { terms: true, time: true };
    const theirs = await library.present(record, frame);
    expect(parseRecord(theirs)).to.deep.equal(parseRecord(redact(record, ["terms", "time"])));
  });
});

describe("reading records", () => {
  const record = issueRecord(sample!, recordSigner);
  const [jwt = "", ...disclosures] = record.split("~").slice(0, -1);
  const payload = decode(jwt.split(".")[1]!);
  const withDisclosure = (disclosure: unknown) => {
    const text = encode(disclosure);
    return forge({ ...payload, _sd: [digestOf(text)] }, [text]);
  };
  const SALT = "_26bc4LT-ac6q2KI6cBW5es";

  it("hashes disclosures as RFC 9901 does (4.2.3)", () => {
    const published = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
    expect(digestOf(published)).to.equal("X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0");
  });

  it("checks ES256 as RFC 7515 does (appendix A.3)", () => {
    const text =
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    const check = (input: string) =>
      checkRecordSignature(input, Buffer.from(signature, "base64url"), recordSigner.publicKey);
    expect(check(text)).to.be.true;
    expect(check(`${text}x`)).to.be.false;
    const nowhere = { ...recordSigner.publicKey, y: recordSigner.publicKey.x };
    expect(checkRecordSignature(text, Buffer.from(signature, "base64url"), nowhere)).to.be.false;
  });

  it("refuses what has another form", () => {
    for (const text of [
      "",
      "~",
      jwt,
      record.slice(0, -1),
      `${record}${jwt}`,
      `${record}~`,
      ` ${record}`,
      record.replace(".", ".."),
      `${jwt}=~`,
      "a.b.c~",
      `${jwt}~${"x".repeat(MAX_RECORD_LENGTH)}~`,
    ])
      expect(
        codeOf(() => parseRecord(text)),
        text.slice(0, 30),
      ).to.equal("record-format");
  });

  it("refuses other algorithms, types and headers", () => {
    const good = { alg: "ES256", typ: RECORD_TYPE, kid: recordSigner.kid };
    for (const header of [
      { ...good, alg: "none" },
      { ...good, alg: "HS256" },
      { ...good, typ: "JWT" },
      { ...good, jwk: recordSigner.publicKey },
      { alg: "ES256", typ: RECORD_TYPE },
    ])
      expect(codeOf(() => parseRecord(forge(payload, disclosures, header)))).to.equal("record-format");
    expect(codeOf(() => parseRecord(forge(payload, disclosures, good)))).to.equal("nothing thrown");
    for (const change of [{ _sd_alg: "sha-512" }, { _sd_alg: undefined }, { _sd: undefined }, { _sd: [1] }])
      expect(codeOf(() => parseRecord(forge({ ...payload, ...change })))).to.equal("record-format");
    const twice = [...(payload["_sd"] as string[]), (payload["_sd"] as string[])[0]];
    expect(codeOf(() => parseRecord(forge({ ...payload, _sd: twice })))).to.equal("record-format");
  });

  it("refuses disclosures that are not the record's, come twice, or hide something in the open", () => {
    const other = issueRecord(sample!, recordSigner).split("~")[1]!;
    for (const text of [
      `${record}${other}~`,
      `${record}${disclosures[0]!}~`,
      withDisclosure([SALT, "borrower"]),
      withDisclosure(["short", "time", { at: 1_767_268_800 }]),
      withDisclosure([SALT, "kind", "Closed"]),
      withDisclosure({ salt: SALT }),
      withDisclosure(null),
      withDisclosure([1, "time", {}]),
    ])
      expect(codeOf(() => parseRecord(text))).to.equal("record-disclosure");
  });

  it("refuses groups that the kind doesn't have, and claims outside a group", () => {
    expect(codeOf(() => parseRecord(withDisclosure([SALT, "event", { amount: "1" }])))).to.equal("record-claims");
    expect(codeOf(() => parseRecord(withDisclosure([SALT, "__proto__", { at: 1 }])))).to.equal("record-claims");
    expect(codeOf(() => parseRecord(forge({ ...payload, note: "hello" })))).to.equal("record-claims");
    expect(codeOf(() => parseRecord(forge({ ...payload, kind: "Stolen" })))).to.equal("record-claims");
  });

  it("never throws anything but what is wrong with a record", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.jsonValue(), { maxLength: 3 }), (body, shown) => {
        const texts = shown.map(encode).filter((text) => text !== "");
        const digests = texts.map(digestOf);
        const whole = typeof body === "object" && body !== null && !Array.isArray(body) ? body : { body };
        expect(codeOf(() => parseRecord(forge({ ...whole, _sd: digests, _sd_alg: "sha-256" }, texts)))).to.match(
          /^record-/u,
        );
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

describe("record keys", () => {
  it("are certified by an EIP-712 signature of the filing key", async () => {
    const terms = { platform: 1, key: recordSigner.publicKey, validFrom: 5, validTo: 500 };
    const signer = { signDigest: async (digest: Uint8Array) => signHead(digest, filingSecret) };
    const certificate = await certifyRecordKey(signer, terms, domain);
    const thumbprint = thumbprintOf(terms.key);
    const digest = recordKeyDigest({ platform: 1, thumbprint, validFrom: 5, validTo: 500 }, domain);
    const types = ["platform uint24", "thumbprint bytes32", "validFrom uint40", "validTo uint40"].map((field) => {
      const [name = "", type = ""] = field.split(" ");
      return { name, type };
    });
    const theirs = TypedDataEncoder.hash(
      { name: "Tallystick", version: "1", chainId: domain.chainId, verifyingContract: toHex(domain.registry) },
      { RecordKey: types },
      { platform: 1, thumbprint, validFrom: 5, validTo: 500 },
    );
    expect(toHex(digest)).to.equal(theirs);
    expect(isSignedBy(filingAddress, digest, certificate.signature)).to.be.true;
  });

  it("can be made, stored and loaded", () => {
    const jwk = generateRecordKey();
    const signer = loadRecordKey(JSON.parse(JSON.stringify(jwk)));
    expect(signer.kid).to.equal(kidOf(signer.publicKey)).and.have.length(43);
    const { signingInput, signature } = parseRecord(issueRecord(sample!, signer));
    expect(checkRecordSignature(signingInput, signature, signer.publicKey)).to.be.true;
    expect(checkRecordSignature(signingInput, signature, recordSigner.publicKey)).to.be.false;
  });

  it("are refused if they are no private key of P-256", () => {
    for (const jwk of [null, {}, { kty: "EC", crv: "P-256", x: "AA", y: "AA", d: "AA" }, recordSigner.publicKey])
      expect(codeOf(() => loadRecordKey(jwk))).to.equal("record-key");
  });
});
