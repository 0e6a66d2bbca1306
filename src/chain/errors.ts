import { defineErrors } from "../core/errors.ts";

/** What can go wrong between us and a chain. No message carries the node's URL: it may hold a provider's key. */
export const chainError = defineErrors({
  "rpc-unreachable": {
    status: 503,
    why: "The chain's node does not answer.",
    fix: "Start the node, or give the right --rpc URL.",
  },
  "rpc-answer": {
    status: 502,
    why: "The chain's node answers with something that is no JSON-RPC, or not what was asked.",
    fix: "Check that --rpc is the JSON-RPC address of an Ethereum node.",
  },
  "chain-mismatch": {
    status: 409,
    why: "The node serves another chain than the one the deployment is on.",
    fix: "Give the --rpc URL of the chain that the deployment names.",
  },
  "no-contract": {
    status: 409,
    why: "There is no contract at the address of the deployment.",
    fix: "Check the address and the chain; deploy with `tally deploy`.",
  },
  "transaction-failed": {
    status: 502,
    why: "A transaction was mined and reverted, or the node refused it.",
    fix: "Read the reason in the message; nothing of that transaction took effect.",
  },
  "transaction-missing": {
    status: 504,
    why: "A transaction was not mined in time.",
    fix: "Check that the chain makes blocks and that the relaying account can pay, then run it again.",
  },
  "keystore-unreadable": {
    status: 400,
    why: "A keystore file is missing, is no Web3 Secret Storage (version 3), or its password is wrong.",
    fix: "Check the path and the password.",
  },
  "artifact-missing": {
    status: 500,
    why: "The compiled contracts are not there.",
    fix: "Run `npm run compile`.",
  },
});
