import { availableParallelism } from 'node:os';

/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: '<rootDir>/test/support/plain-context.ts',
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2024',
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  // A checkout below .tools or .demo, or a compiled dist, must not be mistaken for the project.
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.tools/', '<rootDir>/.demo/'],
  watchPathIgnorePatterns: ['<rootDir>/.demo/', '<rootDir>/.tools/'],
  // Two tests that start an Envoy each fit two cores; more workers than that starve them.
  maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
  testTimeout: 30_000,
  // Milliseconds. After its last test a worker frees some hundred megabytes, for which the default of 500 is too short on
  // a busy machine: jest then warns of open handles. A real open handle is reported after this time.
  workerGracefulExitTimeout: 10_000,
  reporters: ['default', '<rootDir>/test/support/counts-reporter.ts'],
};
