/** A finding of slither's that is none, and why. */
export interface Accepted {
  readonly detector: string;
  /** `Contract.function` (or variable); `all` where the reason holds wherever it is found. */
  readonly places: "all" | readonly string[];
  readonly why: string;
}

/** What slither finds and what we leave as it is. `docs/design/static-analysis.md` is generated from here. */
export const accepted: readonly Accepted[] = [
  {
    detector: "timestamp",
    places: "all",
    why: "Law binds from dates, so that block time is what is judged by. Validators can move it by seconds; the shortest of these times are minutes.",
  },
  {
    detector: "assembly",
    places: "all",
    why: "Every block of it says the plain equivalent and what that would cost, and the twin's differential tests run over it.",
  },
  {
    detector: "uninitialized-local",
    places: "all",
    why: "A local variable begins at zero by definition of the language, which is meant where it is left out.",
  },
  {
    detector: "divide-before-multiply",
    places: "all",
    why: "Every rounding has a direction and a reason, beside it or in `docs/spec/rate.md`: a factor is rounded down before it is used, whole units are what a division is asked for. The twin rounds alike, bit for bit.",
  },
  {
    detector: "unused-return",
    places: "all",
    why: "Of several values a function returns, one is needed here; none of them says whether something failed.",
  },
  {
    detector: "cyclomatic-complexity",
    places: ["Exposures.addUp"],
    why: "One walk over a borrower's loans adds up all that rules ask for; several walks would read the slots several times.",
  },
  {
    detector: "cyclomatic-complexity",
    places: ["Origination.judge", "Origination._enter"],
    why: "The protocol's steps, one after the other: each is a function of its own, or a line, and most loans skip those that are for lines, linked loans, bars or outages by a test of a bit.",
  },
  {
    detector: "calls-loop",
    places: ["Rulebook._check"],
    why: "The regulator publishes several versions at once; Licences and the registry in service, which are asked, are its own.",
  },
  {
    detector: "missing-zero-check",
    places: ["Licences.announceRegistry"],
    why: "Nothing can be done with it: `installRegistry` refuses the address zero.",
  },
  {
    detector: "uninitialized-state",
    places: ["Rulebook._points"],
    why: "A mapping needs no initialisation, and it is written through a reference to one of its arrays.",
  },
  {
    detector: "write-after-write",
    places: ["Schedule.slice"],
    why: "Offset and length of one calldata reference, which the analyser takes for one variable.",
  },
  {
    detector: "write-after-write",
    places: ["Arrears._chargeRules"],
    why: "Each rule's verdict is marked before the next one takes its variable; marking is assembly, which the analyser doesn't read.",
  },
  {
    detector: "reentrancy-no-eth",
    places: ["Registry.file"],
    why: "What is called is fixed at deployment: Licences and Rulebook are asked by static calls, and the Sandbox asks Licences alone. A regulator's own rule is called statically: a filing made from within it would revert.",
  },
  {
    detector: "reentrancy-events",
    places: ["Registry.file"],
    why: "As above: nothing that is called can file, so that no event comes before its time.",
  },
  {
    detector: "too-many-digits",
    places: ["Strictness.slitherConstructorConstantVariables"],
    why: "A table of directions, packed and generated from the twin's.",
  },
];
