import { seeded } from '../support/seeded.ts';
import { runCertificates } from './certificates.ts';
import { runForwardedPeers } from './forwarded-peers.ts';
import { runTokenClaims, runTokenHeaders } from './tokens.ts';

/*
 * node test/fuzz/identity-main.ts [COUNT [SEED]]: reads COUNT hostile `x-forwarded-client-cert` headers, certificates,
 * `Authorization` headers and tokens (default 1,000,000 each), and prints the results. Exit code 1 if a caller is somebody
 * else, or a certificate or token is read otherwise than it was made.
 */
const count = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  console.error('node test/fuzz/identity-main.ts [COUNT [SEED]]: COUNT is a whole number above zero');
  process.exit(2);
}
const progress = (what: string) => (round: number) => {
  if (round % 50_000 === 0) process.stderr.write(`${round} of ${count} ${what}\n`);
};
console.log(`seed ${seed}`);
console.log('headers', runForwardedPeers(count, seeded(seed), progress('headers')));
console.log('certificates', runCertificates(count, seeded(seed), progress('certificates')));
console.log('authorization', runTokenHeaders(count, seeded(seed), progress('authorization headers')));
console.log('tokens', runTokenClaims(count, seeded(seed), progress('tokens')));
