import { defineErrors } from "../core/errors.ts";

/** What can go wrong with a data directory and the engines that run on it. */
export const engineError = defineErrors({
  "data-directory-in-use": {
    status: 409,
    why: "Another process works on the same data directory.",
    fix: "Stop that process first, or give another directory with --data.",
  },
  "data-directory-unusable": {
    status: 400,
    why: "The data directory can't be created, read or written.",
    fix: "Mend its permissions, or give another directory with --data.",
  },
  "data-directory-foreign": {
    status: 409,
    why: "The directory holds files that are not ours, and we never write among them.",
    fix: "Give an empty or new directory with --data.",
  },
  "engine-missing": {
    status: 500,
    why: "The program of an embedded engine is not installed for this platform, or can't be run.",
    fix: "Install again with `npm ci`, allowing install scripts, or use a chain and a database of your own by URL.",
  },
  "engine-port-taken": {
    status: 409,
    why: "Another process listens on a port that an engine was told to use.",
    fix: "End that process, or give another port.",
  },
  "engine-failed": {
    status: 503,
    why: "An embedded engine does not start, or ended again and again.",
    fix: "Read the end of its log, which the message quotes; nothing that was final is lost.",
  },
  "journal-damaged": {
    status: 500,
    why: "The chain's journal is damaged before its end, or does not belong to this chain.",
    fix: "Put back a copy of the file that the message names; nothing was changed.",
  },
  "journal-mismatch": {
    status: 500,
    why: "A chain rebuilt from the journal does not come out as recorded.",
    fix: "Use the version of the program that wrote the journal; nothing was changed.",
  },
});
