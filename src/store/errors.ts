import { defineErrors } from "../core/errors.ts";

export const storeError = defineErrors({
  "database-unreachable": {
    status: 503,
    why: "The database does not answer.",
    fix: "Start Postgres or correct the database URL, then try again; nothing was recorded that was not confirmed.",
  },
  "database-newer": {
    status: 500,
    why: "The database was written by a newer version of Tallystick.",
    fix: "Install the newer version again; going back is not supported.",
  },
  "database-in-use": {
    status: 503,
    why: "Another gateway files from the same database.",
    fix: "Stop the other gateway, or give this one a database of its own.",
  },
});
