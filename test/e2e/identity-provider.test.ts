import { mkdir, writeFile } from 'node:fs/promises';
import { decodeProtectedHeader } from 'jose';
import { type Asker, connectAsker, said } from '../support/ask.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';
import { type Lictor, startLictor } from '../support/lictor.ts';
import { startLoad } from '../support/load.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { waitFor } from '../support/wait.ts';

/** Milliseconds; the longest time for something that takes one or two refreshes of a second each. */
const LONG = 20_000;
const AUDIENCE = 'https://orders.acme.example';

const OPTIONS = {
  audience: AUDIENCE,
  clients: {
    reader: { secret: 'a', scope: 'orders:read' },
    writer: { secret: 'b', scope: 'orders:read orders:write' },
    expired: { secret: 'c', scope: 'orders:read', issuedAgo: 7200 },
  },
} as const;

/** An Issuer document for the provider; `keys`: those of the document. */
function issuer(name: string, { issuer: iss }: IdentityProvider, keys: string): string {
  return `apiVersion: lictor/v1
kind: Issuer
metadata: {name: ${name}}
spec:
  issuer: "${iss}"
  audiences: ["${AUDIENCE}"]
  algorithms: [ES256]
  keys: ${keys}
  refresh: {interval: 1s, cooldown: 100ms, timeout: 2s}
`;
}

const POLICY = `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.acme.svc]}]
  authenticate: {jwt: {issuers: [login, other]}}
  rules:
    - {name: read, effect: allow, match: [{methods: [GET]}], from: [{scopes: ["orders:read"]}]}
    - {name: write, effect: allow, match: [{methods: [POST]}], from: [{scopes: ["orders:write"]}]}
`;

/** A sidecar, and two providers whose tokens it accepts. */
interface Bench {
  readonly lictor: Lictor;
  readonly login: IdentityProvider;
  readonly other: IdentityProvider;
  /** The name of the rule that allows a request with the token, or the reason for its denial. */
  ask(token: string, method?: string): Promise<string>;
}

async function bench(
  stack: AsyncDisposableStack,
  before: (login: IdentityProvider) => Promise<void> = async () => undefined,
): Promise<Bench> {
  const folder = await scratchFolder(stack);
  const start = async (): Promise<IdentityProvider> => {
    const provider = await startIdentityProvider(OPTIONS);
    stack.defer(provider.stop);
    return provider;
  };
  const [login, other] = [await start(), await start()];
  const policies = `${folder}/policies`;
  await mkdir(policies);
  await writeFile(
    `${policies}/all.yaml`,
    [
      issuer('login', login, '{discovery: true}'),
      issuer('other', other, `{jwksUri: "${other.jwksUri}"}`),
      POLICY,
    ].join('---\n'),
  );
  await before(login);
  // A token with an unknown key waits for a fetch, which is longer than the default deadline where nothing answers.
  const lictor = await startLictor({ folder: `${folder}/lictor`, policies, args: ['--deadline', '10s'] });
  stack.defer(lictor.stop);
  const asker = connectAsker(lictor.listen);
  stack.defer(asker.close);
  return { lictor, login, other, ask: (token, method = 'GET') => verdict(asker, token, method) };
}

async function verdict(asker: Asker, token: string, method: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await asker.check({ method, host: 'orders.acme.svc', path: '/', headers });
  return said(answer, 'decision') === 'allow' ? said(answer, 'rule') : said(answer, 'reason');
}

async function statusOf(lictor: Lictor, name: string): Promise<{ keys: number; error: string | null }> {
  const found = (await lictor.status()).issuers.find((each) => each.name === name);
  if (found === undefined) throw new Error(`the status has no issuer ${name}`);
  return { keys: found.keys, error: found.error };
}

/** The status of an issuer, as soon as its error is as expected. */
function untilStatus(lictor: Lictor, name: string, fits: (error: string | null) => boolean) {
  const look = async () => {
    const status = await statusOf(lictor, name);
    return fits(status.error) ? status : undefined;
  };
  return waitFor(look, { what: `the expected status of ${name}`, timeout: LONG, child: lictor.child });
}

/** Fetches of the keys of an issuer, by their result. */
async function fetches(lictor: Lictor, name: string, result: 'success' | 'failure'): Promise<number> {
  const text = await (await fetch(`${lictor.admin}/metrics`)).text();
  const series = `lictor_jwks_refresh_total{issuer="${name}",result="${result}"} `;
  const line = text.split('\n').find((each) => each.startsWith(series));
  return line === undefined ? 0 : Number(line.slice(series.length));
}

const kidOf = (token: string): string => decodeProtectedHeader(token).kid ?? '';

test('client credentials: each token counts for its scopes, its issuer and its time', async () => {
  await using stack = new AsyncDisposableStack();
  const { ask, login, other } = await bench(stack);
  const [reader, writer] = [await login.token('reader'), await login.token('writer')];
  expect([await ask(reader), await ask(reader, 'POST')]).toEqual(['read', 'no_rule']);
  expect([await ask(writer), await ask(writer, 'POST')]).toEqual(['read', 'write']);
  const narrowed = await login.token('writer', 'orders:read');
  expect([await ask(narrowed), await ask(narrowed, 'POST')]).toEqual(['read', 'no_rule']);
  expect(await ask(await other.token('writer'), 'POST')).toBe('write');
  expect(await ask(await login.token('expired'))).toBe('token_expired');
  const [header, claims] = reader.split('.');
  expect(await ask(`${header}.${claims}.${writer.split('.')[2]}`)).toBe('token_bad_signature');
}, 60_000);

test('rotation under load: no valid token is refused, and a removed key counts for at most one more fetch', async () => {
  await using stack = new AsyncDisposableStack();
  const { ask, login, other, lictor } = await bench(stack);
  /** Tokens of keys that are published, which must be accepted. */
  const valid = new Set([await login.token('reader'), await other.token('reader')]);
  let next = 0;
  const seen = new Map<string, number>();
  const load = startLoad({
    ask: async () => {
      const token = [...valid][(next += 1) % valid.size] ?? '';
      const answer = await ask(token);
      seen.set(kidOf(token), (seen.get(kidOf(token)) ?? 0) + 1);
      // A key may be removed while the answer is under way.
      return { revision: kidOf(token), verdict: valid.has(token) ? answer : 'read' };
    },
    agrees: (answer) => answer.verdict === 'read',
    lanes: 4,
    rest: 2,
  });
  stack.defer(async () => void (await load.stop()));
  const often = (kid: string) => {
    const before = seen.get(kid) ?? 0;
    const isOften = () => (seen.get(kid) ?? 0) > before + 50 || undefined;
    return waitFor(isOften, { what: `load with ${kid}`, timeout: LONG });
  };
  for (const isPublishedBefore of [false, true, false]) {
    const [old = ''] = login.kids();
    await often(old);
    login.publish();
    if (isPublishedBefore) {
      const published = async () => (await statusOf(lictor, 'login')).keys === 2 || undefined;
      await waitFor(published, { what: 'the published key', timeout: LONG });
    }
    login.rotate();
    valid.add(await login.token('reader')).add(await login.token('writer'));
    await often(login.kids()[0] ?? '');

    const removed = [...valid].filter((token) => kidOf(token) === old);
    for (const token of removed) valid.delete(token);
    login.remove(old);
    const before = login.keyRequests();
    const refusal = async () => {
      const answers = await Promise.all(removed.map((token) => ask(token)));
      return answers.every((answer) => answer === 'token_unknown_key') || undefined;
    };
    await waitFor(refusal, { what: 'the refusal of tokens of the removed key', timeout: LONG });
    // Before the removal one fetch may have been under way, and after the refusal a token may have caused another.
    expect(login.keyRequests() - before).toBeLessThanOrEqual(3);
    for (const token of removed) expect(await ask(token)).toBe('token_unknown_key');
    // The next fetch of the background is a second later, so that the cooldown is over.
    const refused = login.keyRequests();
    const another = () => login.keyRequests() > refused || undefined;
    await waitFor(another, { what: 'the next fetch', timeout: LONG, child: lictor.child });
  }
  const { requests, errors, disagreements } = await load.stop();
  expect([errors, disagreements]).toEqual([[], []]);
  expect(requests).toBeGreaterThan(300);
  expect(await fetches(lictor, 'login', 'failure')).toBe(0);
}, 90_000);

test('a provider that is away at the start: denied, told, and accepted without a restart when it is back', async () => {
  await using stack = new AsyncDisposableStack();
  let token = '';
  const { ask, login, other, lictor } = await bench(stack, async (provider) => {
    token = await provider.token('reader');
    await provider.leave();
  });
  const theirs = await other.token('reader');
  expect([await ask(token), await ask(theirs)]).toEqual(['keys_unavailable', 'read']);
  expect(await untilStatus(lictor, 'login', (error) => error !== null)).toEqual({
    keys: 0,
    error: 'the OpenID configuration: cannot be reached: ECONNREFUSED',
  });
  expect(await statusOf(lictor, 'other')).toEqual({ keys: 1, error: null });
  expect(await fetches(lictor, 'login', 'failure')).toBeGreaterThanOrEqual(1);
  expect(await fetches(lictor, 'login', 'success')).toBe(0);
  expect(await fetches(lictor, 'other', 'failure')).toBe(0);
  expect([await ask(token), await ask(theirs)]).toEqual(['keys_unavailable', 'read']);
  await login.comeBack();
  const accepted = async () => (await ask(token)) === 'read' || undefined;
  await waitFor(accepted, { what: 'the provider being back', timeout: LONG, child: lictor.child });
  expect(await statusOf(lictor, 'login')).toEqual({ keys: 1, error: null });
  expect(lictor.child.ended()).toBeUndefined();
}, 60_000);

test.each([
  ['silent', 'the OpenID configuration: timed out'],
  ['with garbage', 'the OpenID configuration is not a JSON object'],
  ['with another document', 'the OpenID configuration is that of another `issuer`'],
  ['with an error', 'the OpenID configuration: answered 503'],
] as const)(
  'a provider that answers %s: its keys stay in use, and new keys are known when it has recovered',
  async (way, error) => {
    await using stack = new AsyncDisposableStack();
    const { ask, login, other, lictor } = await bench(stack);
    const [ours, theirs] = [await login.token('reader'), await other.token('reader')];
    expect([await ask(ours), await ask(theirs)]).toEqual(['read', 'read']);
    login.answer(way);
    login.publish();
    login.rotate();
    const rotated = await login.token('reader');
    const told = await untilStatus(lictor, 'login', (each) => each !== null);
    expect(told).toEqual({ keys: 1, error });
    expect(await fetches(lictor, 'login', 'failure')).toBeGreaterThanOrEqual(1);
    const unseen = await other.token('writer');
    expect([await ask(ours), await ask(rotated), await ask(theirs), await ask(unseen)]).toEqual([
      'read',
      'keys_unavailable',
      'read',
      'read',
    ]);
    expect(await statusOf(lictor, 'other')).toEqual({ keys: 1, error: null });
    login.answer('well');
    await untilStatus(lictor, 'login', (each) => each === null);
    expect([await ask(ours), await ask(rotated)]).toEqual(['read', 'read']);
  },
  60_000,
);
