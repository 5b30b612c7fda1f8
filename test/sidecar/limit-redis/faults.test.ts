import { errorText, FAULTS, faultOf } from '../../../src/sidecar/limit-redis/faults.ts';

/** Texts as Redis, Node and OpenSSL write them, by their fault. */
const TEXTS: readonly (readonly [fault: keyof typeof FAULTS, ...texts: string[]])[] = [
  ['late', 'no answer within 5 ms'],
  ['silent', 'no connection within 2000 ms', 'connect ETIMEDOUT', 'connect EHOSTUNREACH 10.0.0.1:6379'],
  ['unknown_host', 'getaddrinfo ENOTFOUND limits.acme.svc', 'getaddrinfo EAI_AGAIN limits.acme.svc'],
  ['refused', 'connect ECONNREFUSED 127.0.0.1:6379', 'connect ENOENT /run/redis.sock'],
  ['no_access', 'connect EACCES /run/redis.sock'],
  [
    'no_tls',
    '00:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number (ERR_SSL_WRONG_VERSION_NUMBER)',
  ],
  [
    'wrong_name',
    "Hostname/IP does not match certificate's altnames: Host: localhost. (ERR_TLS_CERT_ALTNAME_INVALID)",
  ],
  ['expired_certificate', 'certificate has expired (CERT_HAS_EXPIRED)'],
  [
    'untrusted_certificate',
    'self-signed certificate in certificate chain (SELF_SIGNED_CERT_IN_CHAIN)',
    'unable to verify the first certificate (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
  ],
  [
    'client_certificate',
    '00:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:SSL alert number 116 (ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED)',
    'write EPROTO 00:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:SSL alert number 48',
  ],
  ['too_many_clients', 'ERR max number of clients reached'],
  ['protected', 'DENIED Redis is running in protected mode because protected mode is enabled'],
  ['no_password', 'NOAUTH Authentication required.'],
  ['wrong_password', 'WRONGPASS invalid username-password pair or user is disabled.', 'ERR invalid password'],
  [
    'no_permission',
    "NOPERM this user has no permissions to run the 'eval' command or its subcommand",
    "ERR Error running script (call to f_1): @user_script:4: The user executing the script can't run this command or subcommand",
    "ERR ACL failure in script: User lictor has no permissions to run the 'zadd' command",
  ],
  ['no_database', 'ERR DB index is out of range'],
  [
    'replica',
    "READONLY You can't write against a read only replica.",
    "ERR Error running script (call to f_1): @user_script: 4: -READONLY You can't write against a read only replica.",
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  ],
  ['loading', 'LOADING Redis is loading the dataset in memory'],
  [
    'out_of_memory',
    "OOM command not allowed when used memory > 'maxmemory'.",
    "ERR Error running script (call to f_1): @user_script: 4: -OOM command not allowed when used memory > 'maxmemory'.",
  ],
  ['not_persistent', 'MISCONF Redis is configured to save RDB snapshots, but it cannot persist on disk.'],
  ['few_replicas', 'NOREPLICAS Not enough good replicas to write.'],
  ['busy', 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.'],
  ['cluster', 'MOVED 1234 10.0.0.9:6379', "CROSSSLOT Keys in request don't hash to the same slot"],
  ['cluster_down', 'CLUSTERDOWN Hash slot not served', 'the cluster tells no node'],
  ['no_cluster', 'ERR This instance has cluster support disabled'],
  ['no_sentinel_answers', 'no sentinel answers'],
  ['no_node_answers', 'no node of the cluster answers'],
  ['no_primary', 'the sentinels do not know the primary', 'ERR No such master with that name'],
  ['no_sentinel', 'ERR unknown command `sentinel`, with args beginning with: `get-master-addr-by-name`, '],
  ['too_old', "ERR unknown command 'EVALSHA', with args beginning with: 'f'"],
  [
    'foreign_keys',
    'ERR Error running script (call to f_1): @user_script:4: WRONGTYPE Operation against a key holding the wrong kind of value',
  ],
  ['no_redis', 'Unknown RESP type 72 "H". Please report this.'],
  ['closed', 'read ECONNRESET', 'write EPIPE', 'Connection is closed.', 'the connection was closed'],
  ['other', 'ERR something new'],
];

test.each(TEXTS)('%s is known by its texts', (fault, ...texts) => {
  for (const text of texts) expect(faultOf(text)).toMatchObject({ fault, detail: text });
});

test('each fault has a text, and says what to do', () => {
  expect(TEXTS.map(([fault]) => fault).sort()).toEqual(Object.keys(FAULTS).sort());
  for (const { cause, help } of Object.values(FAULTS)) expect([cause, help]).not.toContain('');
});

test('the text of an error has its code and those of all addresses, and never a secret', () => {
  const coded = Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' });
  expect(errorText(coded, [])).toBe('certificate has expired (CERT_HAS_EXPIRED)');
  const refused = ['::1', '127.0.0.1'].map((host) => new Error(`connect ECONNREFUSED ${host}:1`));
  expect(errorText(new AggregateError(refused), [])).toBe(
    'connect ECONNREFUSED ::1:1, connect ECONNREFUSED 127.0.0.1:1',
  );
  const repeated = new Error("ERR unknown command 'AUTH', with args beginning with: 'pa$$word' 'old'");
  expect(errorText(repeated, ['pa$$word', 'old'])).toBe(
    "ERR unknown command 'AUTH', with args beginning with: '***' '***'",
  );
  expect(errorText(new Error('x'.repeat(1000)), [])).toHaveLength(301);
});

test('what the client tells of sentinels and nodes is reduced to what is wrong', () => {
  const sentinels = (last: string) =>
    errorText(new Error(`All sentinels are unreachable and retry is disabled.${last}`), []);
  expect(sentinels('')).toBe('the sentinels do not know the primary');
  expect(sentinels(' Last error: Connection is closed.')).toBe('no sentinel answers');
  expect(sentinels(' Last error: NOAUTH Authentication required.')).toBe('NOAUTH Authentication required.');
  const nodes = (last: Error) =>
    errorText(Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: last }), []);
  expect(nodes(new Error('Connection is closed.'))).toBe('no node of the cluster answers');
  expect(nodes(new Error('WRONGPASS no'))).toBe('WRONGPASS no');
});
