import { availableParallelism } from "node:os";

/** @type {import('jest').Config} */
export default {
  testEnvironment: "node",
  // Many suites wait for processes of their own: two at once also where there are only two cores.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  globalSetup: "<rootDir>/test/harness/global-setup.mjs",
  globalTeardown: "<rootDir>/test/harness/global-teardown.mjs",
  reporters: ["default", "<rootDir>/test/harness/tally-reporter.mjs"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: { parser: { syntax: "typescript" }, target: "es2023" },
        module: { type: "commonjs" },
      },
    ],
  },
  // Sources import each other with the `.js` that the build will have.
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
};
