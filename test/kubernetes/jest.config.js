import shared from '../../jest.config.js';

/** @type {import('jest').Config} */
export default {
  ...shared,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/kubernetes/**/*.proof.ts'],
  verbose: true,
  // Each file starts a control plane of its own.
  maxWorkers: 1,
  // Milliseconds. A control plane and the controllers share two cores with the tests.
  testTimeout: 180_000,
};
