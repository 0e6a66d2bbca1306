/**
 * Every check of this repository, in the order in which failures are most useful. To add one, add an entry: the runner
 * (scripts/test.ts) does the rest.
 */

/** A check is a program that exits with 0 when all is well. */
export interface Check {
  /** Its name on the command line: `npm test -- NAME`. */
  readonly name: string;
  /** What it makes sure of, in a few words. */
  readonly about: string;
  /** What to run; the first word is found in node_modules/.bin. */
  readonly command: readonly [string, ...string[]];
  /** How a person runs it alone, and mends what can be mended by a program. */
  readonly alone: string;
  /** Globs, each of which must match something; otherwise there is nothing to check yet, and the runner says so. */
  readonly needs?: readonly string[];
  /** Checks that must have passed before, because they make what this one reads. */
  readonly after?: readonly string[];
  /** It uses both cores, or fixed ports: nothing runs beside it. */
  readonly exclusive?: boolean;
  /** Whether its output counts test cases as mocha does ("3 passing"). A runner that counts none has failed. */
  readonly cases?: boolean;
  readonly limitMinutes?: number;
}

const CONTRACTS = ["contracts/**/*.sol"];

export const checks: readonly Check[] = [
  {
    name: "compile",
    about: "contracts compile without a warning",
    command: ["node", "scripts/compile.ts"],
    alone: "npm run compile",
    needs: CONTRACTS,
  },
  {
    name: "format",
    about: "every file is formatted",
    command: ["prettier", "--check", "--log-level=warn", "."],
    alone: "npm run format",
  },
  {
    name: "types",
    about: "types",
    command: ["tsc"],
    alone: "npm run typecheck",
    after: ["compile"],
  },
  {
    name: "eslint",
    about: "lint, promises, and the arrows between rooms",
    command: ["eslint", "--max-warnings=0", "."],
    alone: "npx eslint --fix .",
    after: ["compile"],
  },
  {
    name: "solhint",
    about: "lint of the contracts",
    command: ["node", "scripts/solhint.ts"],
    alone: "node scripts/solhint.ts",
    needs: CONTRACTS,
  },
  {
    name: "slither",
    about: "static analysis of the contracts",
    command: ["node", "scripts/slither.ts"],
    alone: "node scripts/slither.ts",
    needs: CONTRACTS,
    cases: true,
  },
  {
    name: "contracts",
    about: "contracts, by mocha on Hardhat's network",
    command: ["hardhat", "test", "mocha", "--no-compile"],
    alone: "npx hardhat test mocha test/contracts/FILE",
    needs: ["test/contracts/**/*.test.ts"],
    after: ["compile"],
    cases: true,
    limitMinutes: 30,
  },
  {
    name: "solidity",
    about: "fuzz and invariants, in Solidity",
    command: ["hardhat", "test", "solidity"],
    alone: "npx hardhat test solidity contracts/FILE",
    needs: ["contracts/**/*.t.sol"],
    after: ["compile"],
    cases: true,
    limitMinutes: 20,
  },
  {
    name: "node",
    about: "everything off chain, and end to end",
    command: ["mocha", "test/!(contracts)/**/*.test.ts"],
    alone: "npx mocha test/ROOM/FILE",
    needs: ["test/!(contracts)/**/*.test.ts"],
    after: ["compile"],
    exclusive: true,
    cases: true,
    limitMinutes: 15,
  },
  {
    name: "docs",
    about: "generated documentation agrees with the code",
    command: ["node", "scripts/docs.ts", "--check"],
    alone: "node scripts/docs.ts",
    needs: ["scripts/docs.ts"],
    after: ["compile"],
  },
];
