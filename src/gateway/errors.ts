import { defineErrors } from "../core/errors.ts";

/** What a caller of the HTTP interface, or an operator, can run into. */
export const gatewayError = defineErrors({
  "body-not-json": {
    status: 400,
    why: "The request's body is no JSON.",
    fix: "Send a JSON document as application/json in UTF-8.",
  },
  "body-too-large": {
    status: 413,
    why: "The request's body is larger than this route takes.",
    fix: "Send fewer records at once.",
  },
  "content-type": {
    status: 415,
    why: "The route takes JSON alone.",
    fix: "Send the body with the header Content-Type: application/json.",
  },
  "request-invalid": {
    status: 422,
    why: "A parameter or a field of the body is missing, unknown or out of its range.",
    fix: "Correct what the message names; /openapi.json describes every route.",
  },
  "route-unknown": {
    status: 404,
    why: "There is no such route.",
    fix: "See /openapi.json for those that there are.",
  },
  "method-unknown": {
    status: 405,
    why: "The route does not take this method.",
    fix: "See /openapi.json.",
  },
  "key-missing": {
    status: 401,
    why: "The route needs an API key.",
    fix: "Send it as Authorization: Bearer tally_….",
  },
  "key-wrong": {
    status: 401,
    why: "The API key is not known here, or was revoked.",
    fix: "Check the key. `tally platform add` makes one with a platform and keeps it in secrets.json of the data directory.",
  },
  "role-wrong": {
    status: 403,
    why: "API keys of this role may not do that.",
    fix: "Use a key of the role that the message names.",
  },
  "idempotency-key-missing": {
    status: 400,
    why: "A submission needs an idempotency key, so that sending it twice files it once.",
    fix: "Send the header Idempotency-Key with a value of your own for each record: 1 to 128 printable ASCII characters.",
  },
  "idempotency-conflict": {
    status: 422,
    why: "The idempotency key was used before, for another record.",
    fix: "Use a new idempotency key for each record, and the same one only to send the same record again.",
  },
  "event-duplicate": {
    status: 409,
    why: "The platform has filed another record under the same event id (jti).",
    fix: "Give each event an id of its own; ask for the first record's submission to see what became of it.",
  },
  "platform-foreign": {
    status: 403,
    why: "The record was issued by another platform than the one that the API key belongs to.",
    fix: "Submit each platform's records with its own key.",
  },
  "platform-unknown": {
    status: 409,
    why: "The gateway does not file for this platform.",
    fix: "Have the operator add the platform, its signer and its record key.",
  },
  "opening-unknown": {
    status: 409,
    why: "The record refers to another record that this gateway has not received.",
    fix: "Submit the record that it refers to first, in the same batch or earlier; nothing was stored, so the same request can be sent again.",
  },
  "check-budget": {
    status: 429,
    why: "The platform has made more checks than its budget allows.",
    fix: "Wait as long as Retry-After says. Checks are about people: make one when there is an application.",
  },
  "not-ready": {
    status: 503,
    why: "The gateway is starting, stopping, or has lost its database or chain.",
    fix: "Try again in a moment; /readyz says what is missing.",
  },
  "receipt-early": {
    status: 409,
    why: "The submission has not been mined yet, so there is nothing to prove.",
    fix: "Ask for the submission until its state is mined or final.",
  },
  "signer-unavailable": {
    status: 503,
    why: "The signer of a platform's filings does not answer, or its keystore does not open.",
    fix: "Bring the signer back; the platform's filings wait and lose nothing.",
  },
  "signer-foreign": {
    status: 409,
    why: "The signer's key is not the one that the platform is licensed with.",
    fix: "Register the signer that holds the licensed key, or have the regulator set the platform's key.",
  },
  "certificate-invalid": {
    status: 422,
    why: "A record key's certificate is not signed by the platform's licensed filing key.",
    fix: "Certify the record key with the platform's current filing key on this deployment (certifyRecordKey).",
  },
  "config-invalid": {
    status: 400,
    why: "A setting of the gateway is missing or out of its range.",
    fix: "Correct the setting that the message names.",
  },
  "port-taken": {
    status: 400,
    why: "Something else listens on the gateway's port.",
    fix: "Stop it, or choose another port with --port.",
  },
});
