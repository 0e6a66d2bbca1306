import { defineErrors } from "./errors.ts";

/** What can be wrong with a record, before anything is filed. */
export const recordError = defineErrors({
  "record-format": {
    status: 400,
    why: "The text is no issuer-signed SD-JWT, or one with features that records do not use.",
    fix: "Send the record exactly as issueRecord of the client library returned it.",
  },
  "record-claims": {
    status: 400,
    why: "A claim of the record is missing, malformed or out of its range.",
    fix: "Correct the claim that the message names (docs/spec/record.md), and issue the record again.",
  },
  "record-disclosure": {
    status: 400,
    why: "A disclosure does not belong to the record, is given twice, or is missing where everything must be disclosed.",
    fix: "Send the record with all its disclosures, as it was issued.",
  },
  "record-signature": {
    status: 400,
    why: "The record's signature does not verify with the record key that it names.",
    fix: "Sign with the record key whose certificate the gateway has, and send the record unchanged.",
  },
  "record-key": {
    status: 400,
    why: "The record key is no P-256 key, or nothing valid certifies it.",
    fix: "Certify the record key with the platform's filing key (certifyRecordKey) and register the certificate.",
  },
  "record-reference": {
    status: 409,
    why: "The record refers to another record whose place in a filing is not known.",
    fix: "Submit the record that it refers to first.",
  },
});
