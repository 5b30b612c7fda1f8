import { Problem } from '../../flag/flag.ts';

/** A branch, tag or commit; `git check-ref-format` forbids more, which git-sync reports. */
export function gitRef(written: string): string | Problem {
  const isRef = /^[A-Za-z0-9_][A-Za-z0-9_./-]{0,254}$/.test(written) && !written.includes('..');
  return isRef ? written : new Problem('is not a branch, tag or commit');
}

/** A relative path without steps upwards. */
export function pathInRepository(written: string): string | Problem {
  const parts = written.split('/');
  const isPath = /^[A-Za-z0-9_./-]{1,1024}$/.test(written) && !parts.includes('..') && parts[0] !== '';
  return isPath ? written : new Problem('is not a path in the repository; write it as `policies/orders`');
}
