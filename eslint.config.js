import { builtinModules } from "node:module";

import js from "@eslint/js";
import boundaries from "eslint-plugin-boundaries";
import ts from "typescript-eslint";

/** The rooms of src, and what each may import of ours beside itself. A file in no room is an error. */
const arrows = {
  core: [],
  verify: ["core"],
  chain: ["core", "verify"],
  store: ["core"],
  engine: ["core", "chain", "store"],
  client: ["core"],
  import: ["core", "client"],
  regulator: ["core", "chain", "verify"],
  gateway: ["core", "chain", "store", "verify"],
  cli: ["core", "verify", "chain", "store", "engine", "client", "import", "regulator", "gateway"],
};

const rooms = Object.keys(arrows);

export default ts.config(
  { ignores: ["node_modules", "artifacts", "cache", "dist", "types", "web", "**/*.d.ts"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...ts.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      // A function of an interface that promises may have nothing to wait for.
      "@typescript-eslint/require-await": "off",
      eqeqeq: "error",
      "no-restricted-syntax": [
        "error",
        { selector: "ExportAllDeclaration", message: "No barrels: export by name, import from the file." },
        { selector: "ExportDefaultDeclaration", message: "Named exports only." },
      ],
    },
  },
  {
    files: ["src/**/*.ts"],
    plugins: { boundaries },
    settings: {
      "boundaries/elements": rooms.map((room) => ({ type: room, pattern: `src/${room}` })),
      "import/resolver": { node: { extensions: [".ts", ".json"] } },
    },
    rules: {
      "boundaries/no-unknown-files": "error",
      "boundaries/dependencies": [
        "error",
        {
          default: "disallow",
          message: "The room {{from.element.type}} may not import {{to.element.type}} (eslint.config.js, `arrows`).",
          policies: rooms.map((room) => ({
            from: { element: { type: room } },
            allow: { to: { element: { types: { anyOf: [room, ...arrows[room]] } } } },
          })),
        },
      ],
    },
  },
  {
    files: ["src/core/**/*.ts", "src/verify/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [{ group: ["node:*"], message: "core and verify run in a browser." }],
          paths: builtinModules.map((name) => ({ name, message: "core and verify run in a browser." })),
        },
      ],
      "no-restricted-globals": ["error", "process", "Buffer", "require", "__dirname", "setTimeout", "fetch"],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // chai's assertions are properties: expect(x).to.be.true
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
  {
    files: ["**/*.mjs", "eslint.config.js"],
    languageOptions: { globals: { process: "readonly", console: "readonly", setTimeout: "readonly", URL: "readonly" } },
  },
  { files: ["hardhat.config.ts"], rules: { "no-restricted-syntax": "off" } },
);
