import { ask, type Services, startServices } from './proxied.ts';
import type { Query } from './services.ts';

/** The header `x-value` has the value in base64, so that a header can carry any text. */
const POLICIES = `apiVersion: lictor/v1
kind: Policy
metadata: {name: queries}
spec:
  match: [{hosts: [seen.acme.svc]}]
  rules: [{name: all, effect: allow}]
  respond:
    allow:
      query:
        set:
          tenant: {cel: "string(base64.decode(request.headers['x-value']))"}
          "näme &=%": fixed
        remove: [role, access_token, debug]
`;

let services: Services;

beforeAll(async () => {
  services = await startServices(POLICIES);
}, 60_000);

afterAll(async () => {
  await services?.stop();
});

/** Query that each parser of each service reads, as \`[parser, query]\`. */
async function queriesOf(query: string, value: string): Promise<readonly (readonly [string, Query])[]> {
  const headers = [`x-value: ${Buffer.from(value).toString('base64')}`];
  const target = `/orders${query}`;
  const answers = await Promise.all(
    services.all.map((service) => ask(service, { host: 'seen.acme.svc', target, headers })),
  );
  return answers.flatMap(({ status, seen }) => {
    expect(status).toBe(200);
    return Object.entries(seen?.queries ?? {});
  });
}

const OWN = { 'näme &=%': ['fixed'] };

test.each([
  'acme',
  '',
  'acme&admin=true',
  'acme;admin=true',
  'acme%26admin%3Dtrue',
  'a b',
  'a+b',
  '100%',
  '%zz',
  '=',
  '#fragment',
  '?second',
  'ä€😀',
  '"quoted" \'twice\' <tag> `back` \\ ^{|}~[]',
  "!*'()",
  '../..//',
  'tab\tinside',
  'x'.repeat(5000),
])('every parser reads the value %j', async (value) => {
  for (const [parser, query] of await queriesOf('?a=1', value))
    expect({ parser, query }).toEqual({ parser, query: { ...OWN, tenant: [value], a: ['1'] } });
});

test.each(['a\nb', 'a\r\nb', 'a\rb', 'a\0b'])(
  'a value with a control character denies: %j',
  async (value) => {
    const headers = [`x-value: ${Buffer.from(value).toString('base64')}`];
    for (const service of services.all) {
      const answer = await ask(service, { host: 'seen.acme.svc', target: '/orders', headers });
      expect(answer).toMatchObject({ status: 500, reason: 'policy_error', seen: undefined });
    }
  },
);

/** Names that a parser reads as one of the policy. None of these may survive, with any value. */
test.each([
  'tenant',
  'tenan%74',
  '%74%65%6e%61%6E%74',
  'Tenant',
  'TENANT',
  '%54enant',
  'tenant[]',
  'tenant[0]',
  'tenant%5B%5D',
  'tenant%5b0%5D',
  '[tenant]',
  'tenant[',
  'tenant[a][b]',
  '+tenant',
  '%20tenant',
  'tenant%00',
  'tenant%00x',
  'tenan%2574',
  'tenan%252574',
  'ten%u0061nt',
  '?tenant',
  'role',
  'rol%65',
  'ROLE',
  'role[]',
  'role%5B%5D',
  'access_token',
  'access%5Ftoken',
  'access%5ftoken',
  'access.token',
  'access+token',
  'access%20token',
  'access[token',
  'acce%73s_token',
  'debug',
  'n%C3%A4me+%26%3D%25',
  'n%c3%a4me%20%26%3d%25',
])('no parser reads the parameter %s of the caller', async (name) => {
  const spellings = [`?${name}=evil`, `?a=1&${name}=evil&${name}`, `?${name}=evil&a=1`, `?a=1&&${name}&`];
  for (const sent of spellings) {
    for (const [parser, query] of await queriesOf(sent, 'acme')) {
      const { a: _, '': __, ...others } = query;
      expect({ sent, parser, others }).toEqual({ sent, parser, others: { ...OWN, tenant: ['acme'] } });
    }
  }
});

/** With \`;\` as a separator as well, as some parsers read it. */
test.each(['a=1;role=evil', 'a;tenant=evil', 'a=1;tenan%74=evil;b', ';debug', 'a=%3Brole=evil'])(
  'no parser finds a parameter after a semicolon: %s',
  async (sent) => {
    for (const [parser, query] of await queriesOf(`?${sent}`, 'acme')) {
      expect({
        parser,
        names: Object.keys(query).filter((name) => /^(?:role|debug|tenant)$/.test(name)),
      }).toEqual({ parser, names: ['tenant'] });
      expect(query['tenant']).toEqual(['acme']);
    }
  },
);

test('other parameters are as the caller sent them, in their order', async () => {
  const kept = 'z=1&a=%20x+y&z=%zz&b&&c=&=d&roles=2&e=f=g&%C3%A4=%E0%80&role.x=3&x_role=4';
  for (const service of services.all) {
    const headers = ['x-value: YWNtZQ=='];
    const target = `/orders?rol%65=1&${kept}&role=2`;
    const { seen } = await ask(service, { host: 'seen.acme.svc', target, headers });
    expect(seen?.target).toBe(`/orders?tenant=acme&n%C3%A4me%20%26%3D%25=fixed&${kept}`);
  }
});

test('a parser that ignores parameters after the thousandth reads the value of the policy', async () => {
  for (const [parser, query] of await queriesOf(`?${'x&'.repeat(1500)}tenant=evil`, 'acme'))
    expect({ parser, tenant: query['tenant'] }).toEqual({ parser, tenant: ['acme'] });
});
