/** All commands of `tally`, in the order in which `tally --help` lists them. */
import type { CommandEntry } from "./program.ts";

/**
 * A command is one file, `commands/<name>.ts`, that exports `register(program)`; here it has its name, its summary, and how to
 * load it. It is loaded only when it runs, so that a small command does not wait for the libraries of a large one.
 */
export const commands: readonly CommandEntry[] = [
  {
    name: "start",
    summary: "everything on this machine: database, chain, contracts, gateway, sample market",
    load: () => import("./commands/start.ts"),
  },
  {
    name: "platform",
    summary: "license platforms: add, list, amend, rotate, suspend, restore, withdraw, signer",
    load: () => import("./commands/platform.ts"),
  },
  {
    name: "rules",
    summary: "the law: list, show, validate, diff, export, publish, withdraw, rate, notice, emergency, lift",
    load: () => import("./commands/rules.ts"),
  },
  {
    name: "pilot",
    summary: "products on trial: open, list, show, report, stop, graduate",
    load: () => import("./commands/pilot.ts"),
  },
  {
    name: "authority",
    summary: "orders that reach any platform's loans: close, correct, assign, complain, bar",
    load: () => import("./commands/authority.ts"),
  },
  {
    name: "registry",
    summary: "the registry in service and its successor: show, announce, install, renounce",
    load: () => import("./commands/registry.ts"),
  },
  {
    name: "apr",
    summary: "the annual rate of cash flows, as US, EU and Chinese rules define it",
    load: () => import("./commands/apr.ts"),
  },
  {
    name: "audit",
    summary: "recompute every head, decision and exposure from the chain's logs",
    load: () => import("./commands/audit.ts"),
  },
  {
    name: "simulate",
    summary: "what a draft rulebook would have done to the loans of the past",
    load: () => import("./commands/simulate.ts"),
  },
  {
    name: "import",
    summary: "file a table of loans through the gateway",
    load: () => import("./commands/import.ts"),
  },
  {
    name: "receipt",
    summary: "fetch the receipt of a submission",
    load: () => import("./commands/receipt.ts"),
  },
  {
    name: "verify",
    summary: "check a receipt, piece by piece, without the gateway",
    load: () => import("./commands/verify.ts"),
  },
  {
    name: "deploy",
    summary: "deploy the contracts to an EVM chain",
    load: () => import("./commands/deploy.ts"),
  },
  {
    name: "gateway",
    summary: "the gateway alone, on a chain and a database of your own",
    load: () => import("./commands/gateway.ts"),
  },
];
