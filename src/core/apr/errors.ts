/** What can be wrong with a question for an annual rate. */
import { defineErrors } from "../errors.ts";

export const rateError = defineErrors({
  "rate-file-unreadable": {
    status: 400,
    why: "The file with the cash flows is not what the calculator reads.",
    fix: 'Give {"vectors": [...]}, an array of vectors, or one JSON object a line; docs/spec/apr.md has an example.',
  },
  "rate-vector-malformed": {
    status: 400,
    why: "A field of a vector is missing, malformed or contradicts another.",
    fix: "Correct the field that the message names; docs/spec/apr.md lists them all.",
  },
  "rate-none": {
    status: 422,
    why: "No annual rate above -100 % makes what is paid worth what was received.",
    fix: "Check the amounts and their signs: the borrower must receive something and pay something.",
  },
  "rate-several": {
    status: 422,
    why: "More than one annual rate fits, because money changes direction more than once and the borrower is owed at times.",
    fix: "Judge the parts of the transaction apart, or use a convention that needs no root, such as PBOC_2021_3_RATIO.",
  },
  "rate-undecided": {
    status: 422,
    why: "Money changes direction so often that the number of rates can't be told in reasonable time.",
    fix: "Sum the cash flows by day or month, or split the transaction.",
  },
});
