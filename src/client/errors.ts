import { defineErrors } from "../core/errors.ts";

/** What a client can run into beside the problems that the gateway itself tells. */
export const clientError = defineErrors({
  "gateway-unreachable": {
    status: 503,
    why: "The gateway does not answer, though it was asked several times.",
    fix: "Start it (`tally start`), or correct its URL; what was sent before can be sent again under the same key.",
  },
  "gateway-answer": {
    status: 502,
    why: "What answers at the gateway's URL does not speak as a gateway does.",
    fix: "Check the URL: it must be the gateway's own, of the same version as this client.",
  },
  "client-option": {
    status: 400,
    why: "An option of the client makes no sense.",
    fix: "Correct the option that the message names.",
  },
});
