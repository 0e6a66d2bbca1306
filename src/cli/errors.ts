import { defineErrors } from "../core/errors.ts";

/** What can go wrong between a person and a command. */
export const cliError = defineErrors({
  "no-data-directory": {
    status: 404,
    why: "There is no data directory of ours at that path.",
    fix: "Run `tally start` first, or name the directory with --data or TALLY_DATA.",
  },
  "data-file-damaged": {
    status: 500,
    why: "A file of the data directory is missing or unreadable.",
    fix: "Put back a copy of the file that the message names.",
  },
  "not-running": {
    status: 503,
    why: "The command talks to a running gateway and chain, and none runs on this data directory.",
    fix: "Run `tally start` in another terminal and try again.",
  },
  "not-confirmed": {
    status: 409,
    why: "What was asked can't be undone, and nobody confirmed it.",
    fix: "Read what it would do, then run it again with --yes.",
  },
  "succession-blocked": {
    status: 409,
    why: "A change of registries can't take this step now.",
    fix: "See `tally registry show` for where it stands.",
  },
  "pilot-blocked": {
    status: 409,
    why: "A pilot can't take this step where it stands.",
    fix: "See `tally pilot show NUMBER` for where it stands.",
  },
  "key-needed": {
    status: 400,
    why: "The command signs with a key that was not given.",
    fix: "Give --key with a keystore file, or the name of an environment variable that holds the key as env:NAME.",
  },
  "file-unreadable": {
    status: 400,
    why: "A file that was named can't be read.",
    fix: "Check its path and that this user may read it.",
  },
  "file-unwritable": {
    status: 400,
    why: "A file that was named can't be written.",
    fix: "Check that its directory is there and that this user may write to it.",
  },
  "option-invalid": {
    status: 400,
    why: "An option of the command line has a value that makes no sense.",
    fix: "Add --help for what the option takes.",
  },
  "gateway-refused": {
    status: 502,
    why: "The gateway did not do what it was asked.",
    fix: "Read what it says, and check the id, the API key and the gateway's URL.",
  },
  "api-key-needed": {
    status: 401,
    why: "The gateway answers only to those who have an API key.",
    fix: "Put the key in the environment variable TALLY_API_KEY, or name the data directory with --data.",
  },
});
