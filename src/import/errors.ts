import { defineErrors } from "../core/errors.ts";

/** What stops an import. A bad row stops nothing: it is rejected, with its line and reason. */
export const importError = defineErrors({
  "mapping-invalid": {
    status: 400,
    why: "The mapping is no YAML, lacks a key, or has one that is not known.",
    fix: "Correct the line that the message names; docs/import.md explains every key, `tally import --schema` prints the JSON Schema.",
  },
  "table-unreadable": {
    status: 400,
    why: "The file of loans can't be read, is empty, or is no table.",
    fix: "Give a text file with one row a loan and a first row that names the columns.",
  },
  "table-columns": {
    status: 400,
    why: "The columns of the file and those that the mapping names don't go together.",
    fix: "Correct the column's name in the mapping, or the file's first row.",
  },
  "import-not-licensed": {
    status: 409,
    why: "A platform of the file may not file these loans.",
    fix: "License it (`tally platform add`), or import with --add-platforms.",
  },
  "import-no-version": {
    status: 409,
    why: "No limits were published for a product and kind of borrower of the file.",
    fix: "Publish a rulebook for that product first (`tally rules publish FILE`).",
  },
  "import-running": {
    status: 409,
    why: "Another import into the same data directory is running.",
    fix: "Let it end, or stop it; whichever runs next goes on where it was.",
  },
  "import-key-missing": {
    status: 400,
    why: "A key that the import needs is neither in the data directory nor given.",
    fix: "Start the gateway once with `tally start`, or give the key by the option or variable that the message names.",
  },
  "import-refused": {
    status: 409,
    why: "The gateway does not take a record that it should take.",
    fix: "Mend what the message says and run the import again: it goes on where it was.",
  },
});
