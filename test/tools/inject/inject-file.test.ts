import { readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { FlagSource } from '../../../src/flag/read-flags.ts';
import { plainJson } from '../../../src/policy/yaml/tree.ts';
import { readYaml } from '../../../src/policy/yaml/yaml-file.ts';
import { type InjectedFile, injectFile, type PodReport } from '../../../src/tools/inject/inject-file.ts';
import { injectPod } from '../../../src/tools/inject/inject-pod.ts';
import { optionSource } from '../../../src/tools/inject/read-options.ts';
import { expectGolden } from '../../support/generated.ts';
import { pick, seeded } from '../../support/seeded.ts';
import { ROOT } from '../../support/tools.ts';
import { type Plain, untidyValue } from '../../support/untidy-yaml.ts';

const IMAGE = 'registry.acme.example/lictor:1.0.0';

const sourceOf = (options: Readonly<Record<string, string>>): FlagSource =>
  optionSource(new Map(Object.entries(options)), (name) => `--set ${name}`);

const DEFAULTS = sourceOf({ image: IMAGE });

const file = (text: string, options: Readonly<Record<string, string>> = {}, labelled = false): InjectedFile =>
  injectFile('pods.yaml', new TextEncoder().encode(text), {
    defaults: sourceOf({ image: IMAGE, ...options }),
    labelled,
  });

function read(text: string, options: Readonly<Record<string, string>> = {}, labelled = false) {
  const done = file(text, options, labelled);
  if (done.kind !== 'read') throw new Error(JSON.stringify(done));
  return done;
}

const podsOf = (text: string): readonly Pick<PodReport, 'kind' | 'name' | 'result'>[] =>
  read(text).pods.map(({ kind, name, result }) => ({ kind, name, result }));

const jsonOf = (text: string) =>
  readYaml('', new TextEncoder().encode(text)).documents.map(({ tree }) => tree && plainJson(tree));

test('a file that is too large once its pods have the sidecar is not changed, and is told to be split', () => {
  const long = `containers: [{name: envoy, image: e, args: [${'x, '.repeat(249_970)}x]}]`;
  expect(file(pod('name: a', long))).toEqual({
    kind: 'fault',
    problem:
      'is not changed: with the sidecar in its pods, the file has more than 250,000 values; split the file',
    isOurs: false,
  });
});

describe('golden', () => {
  test.each(['deployment.yaml', 'list.json', 'git.yaml'])(
    '%s is injected as a person would write it',
    (name) => {
      const golden = new URL(`test/golden/inject/${name}`, ROOT);
      const expected = new URL(`test/golden/inject/injected-${name}`, ROOT);
      const { text } = read(readFileSync(golden, 'utf8'));
      expectGolden(text, readFileSync(expected, 'utf8'), (found) => writeFileSync(expected, found));
      expect(read(text).text).toBe(text);
    },
  );
});

const CONTAINERS = 'containers: [{name: envoy, image: e}]';

describe('workloads', () => {
  test.each([
    ['v1', 'Pod', `spec: {${CONTAINERS}}`],
    ['v1', 'PodTemplate', `template: {spec: {${CONTAINERS}}}`],
    ['v1', 'ReplicationController', `spec: {template: {spec: {${CONTAINERS}}}}`],
    ['apps/v1', 'Deployment', `spec: {template: {spec: {${CONTAINERS}}}}`],
    ['apps/v1', 'ReplicaSet', `spec: {template: {spec: {${CONTAINERS}}}}`],
    ['apps/v1', 'StatefulSet', `spec: {template: {spec: {${CONTAINERS}}}}`],
    ['apps/v1', 'DaemonSet', `spec: {template: {spec: {${CONTAINERS}}}}`],
    ['batch/v1', 'Job', `spec: {template: {spec: {${CONTAINERS}}}}`],
    ['batch/v1', 'CronJob', `spec: {jobTemplate: {spec: {template: {spec: {${CONTAINERS}}}}}}`],
    ['argoproj.io/v1alpha1', 'Rollout', `spec: {template: {spec: {${CONTAINERS}}}}`],
  ])('%s %s is injected', (version, kind, rest) => {
    const text = `apiVersion: ${version}\nkind: ${kind}\nmetadata: {name: orders}\n${rest}\n`;
    expect(podsOf(text)).toEqual([{ kind, name: 'orders', result: 'injected' }]);
    expect(read(text).text).toContain('"name": "lictor"');
    expect(podsOf(read(text).text)).toEqual([{ kind, name: 'orders', result: 'unchanged' }]);
  });

  test.each([
    'apiVersion: v1\nkind: Service\nspec: {template: {spec: {containers: [{name: envoy}]}}}\n',
    'apiVersion: serving.knative.dev/v1\nkind: Deployment\nspec: {template: {spec: {containers: [{name: envoy}]}}}\n',
    'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: {workloadRef: {name: orders}}\n',
    'apiVersion: v1\nkind: List\nitems: 3\n',
    '- just\n- a list\n',
    '',
    '# only a comment\n',
    '---\n---\n',
  ])('%j has none, and is kept byte by byte', (text) => {
    expect(read(text)).toEqual({ kind: 'read', before: text, text, pods: [] });
  });

  test('of lists are injected, also of a list whose items have no kind', () => {
    const pod = `{metadata: {name: a}, spec: {${CONTAINERS}}}`;
    expect(podsOf(`apiVersion: v1\nkind: PodList\nitems: [${pod}, ${pod}]\n`)).toEqual([
      { kind: 'Pod', name: 'a', result: 'injected' },
      { kind: 'Pod', name: 'a', result: 'injected' },
    ]);
    const nested = `{kind: List, apiVersion: v1, items: [{kind: Pod, apiVersion: v1, spec: {${CONTAINERS}}}]}`;
    expect(podsOf(`apiVersion: v1\nkind: List\nitems: [${nested}]\n`)).toMatchObject([{ kind: 'Pod' }]);
  });

  test('a pod that a controller makes is shown by its generateName', () => {
    const text = `apiVersion: v1\nkind: Pod\nmetadata: {generateName: orders-}\nspec: {${CONTAINERS}}\n`;
    expect(podsOf(text)).toEqual([{ kind: 'Pod', name: 'orders-*', result: 'injected' }]);
  });
});

const pod = (metadata: string, spec = CONTAINERS): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {${metadata}}\nspec: {${spec}}\n`;

const notesOf = (text: string): readonly string[] => read(text).pods.flatMap(({ notes }) => notes);

describe('opting in and out', () => {
  test.each(['annotations', 'labels'])(
    '`lictor.dev/inject: "false"` in %s leaves a pod as it is',
    (place) => {
      const text = pod(`${place}: {lictor.dev/inject: "false", lictor.dev/memory: nonsense}`);
      expect(read(text)).toMatchObject({ text, pods: [{ result: 'skipped' }] });
    },
  );

  test('the copy of a static pod is left as it is', () => {
    expect(read(pod('annotations: {kubernetes.io/config.mirror: x}')).pods).toMatchObject([
      { result: 'skipped' },
    ]);
  });

  test('with `labelled`, only pods with the label are injected', () => {
    expect(read(pod('name: a'), {}, true).pods).toMatchObject([{ result: 'skipped' }]);
    expect(read(pod('labels: {lictor.dev/inject: "true"}'), {}, true).pods).toMatchObject([
      { result: 'injected' },
    ]);
    expect(read(pod('labels: {lictor.dev/inject: "yes"}'), {}, true).pods).toMatchObject([
      { result: 'refused' },
    ]);
  });

  test('another value is refused, and one that is not text is not taken for text', () => {
    expect(notesOf(pod('annotations: {lictor.dev/inject: "no"}'))).toEqual([
      'annotation `lictor.dev/inject`: `no` is neither `true` nor `false`',
    ]);
    expect(notesOf(pod('annotations: {lictor.dev/inject: false}'))).toEqual([
      'annotation `lictor.dev/inject`: the value is not text; put it in quotes',
    ]);
    expect(notesOf(pod('labels: {lictor.dev/inject: false}'))).toEqual([
      'label `lictor.dev/inject`: the value is not text; put it in quotes',
    ]);
  });
});

describe('options', () => {
  test('an annotation overrides the option of the command line', () => {
    const text = pod('annotations: {lictor.dev/cpu: 50m}');
    expect(read(text, { cpu: '1', 'log-level': 'warn' }).text).toMatch(/"cpu": "50m"/);
    expect(read(text, { cpu: '1', 'log-level': 'warn' }).text).toContain('"--log-level=warn"');
  });

  test('an unknown one, one that is not text and a bad one are all named', () => {
    expect(
      notesOf(pod('annotations: {lictor.dev/memroy: 1Gi, lictor.dev/cpu: 1, lictor.dev/probe: x}')),
    ).toEqual([
      'annotation `lictor.dev/memroy` is not an option; did you mean `lictor.dev/memory`?',
      'annotation `lictor.dev/cpu`: the value is not text; put it in quotes',
      'annotation `lictor.dev/probe`: `x` is not an address for kubelet; write `0.0.0.0:9193` or `[::]:9193`',
    ]);
  });

  test('annotations of others are none', () => {
    expect(notesOf(pod('annotations: {prometheus.io/scrape: true, lictor.device/x: y}'))).toEqual([]);
  });
});

describe('a pod that conflicts is refused', () => {
  test.each([
    [
      'containers: [{name: envoy}, {name: lictor}]',
      [
        'the pod has a container `lictor` that was not injected; rename it, or opt out with the annotation `lictor.dev/inject: "false"`',
        'the container `lictor` is in `containers`, and the sidecar is an init container; remove it',
      ],
    ],
    [
      'containers: [{name: envoy}], initContainers: [{name: lictor}]',
      [
        'the pod has a container `lictor` that was not injected; rename it, or opt out with the annotation `lictor.dev/inject: "false"`',
      ],
    ],
    [
      'containers: [{name: envoy}], volumes: [{name: lictor-socket}]',
      [
        'the pod has a volume `lictor-socket` that was not injected; rename it, or opt out with the annotation `lictor.dev/inject: "false"`',
      ],
    ],
    [
      'containers: [{name: envoy, volumeMounts: [{name: lictor-git, mountPath: /git}]}]',
      ['the container `envoy` mounts the volume `lictor-git` of the sidecar; remove that mount'],
    ],
    [
      'containers: [{name: envoy}], hostNetwork: true',
      [expect.stringMatching(/^`hostNetwork: true`: the ports of two sidecars/)],
    ],
    [
      'containers: [{name: envoy}], os: {name: windows}',
      [expect.stringMatching(/^the pod is for Windows nodes/)],
    ],
    [
      'containers: [{name: envoy}], nodeSelector: {kubernetes.io/os: windows}',
      [expect.stringMatching(/^the pod is for Windows nodes/)],
    ],
    [
      'containers: [{name: envoy, ports: [{containerPort: 9193}]}]',
      [
        'the container `envoy` has port 9193, that of the probes; choose another one with the annotation `lictor.dev/probe: 0.0.0.0:9393`',
      ],
    ],
    [
      'containers: [{name: web}, {name: app}]',
      [
        'the pod has no container `envoy` that asks the sidecar, but `web`, `app`; name the one with Envoy in the annotation `lictor.dev/proxy`, or let Envoy ask over TCP with `lictor.dev/listen: 127.0.0.1:9191`',
      ],
    ],
    [
      'containers: [{name: envoy, volumeMounts: [{name: x, mountPath: /run/lictor}]}]',
      ['the container `envoy` mounts another volume at `/run/lictor`; remove that mount'],
    ],
  ])('%s', (spec, problems) => {
    expect(notesOf(pod('name: a', spec))).toEqual(problems);
    expect(read(pod('name: a', spec)).text).toBe(pod('name: a', spec));
  });

  test('if the volume of its policies is missing', () => {
    expect(notesOf(pod('annotations: {lictor.dev/policies: "volume:shared"}'))).toEqual([
      'the pod has no volume `shared`, which `lictor.dev/policies` names; add it to `volumes`',
    ]);
  });
});

test.each(['shareProcessNamespace', 'hostPID'])('`%s` is injected with a warning', (name) => {
  expect(read(pod('name: a', `${name}: true, ${CONTAINERS}`)).pods).toMatchObject([
    { result: 'injected', notes: [expect.stringContaining(`\`${name}: true\` lets other processes see`)] },
  ]);
});

describe('an older injection', () => {
  const old = read(pod('name: a', `${CONTAINERS}, volumes: [{name: mine, emptyDir: {}}]`), {
    policies: 'git:https://git.acme.example/policies.git',
    'otlp-endpoint': 'http://collector:4318',
  }).text;

  test('is updated, with what it had and the new one has not removed', () => {
    const [updated] = jsonOf(read(old).text);
    const [fresh] = jsonOf(read(pod('name: a', `${CONTAINERS}, volumes: [{name: mine, emptyDir: {}}]`)).text);
    expect(updated).toEqual(fresh);
  });

  const injected = read(pod('name: a')).text;

  test.each([
    ['a command', '"restartPolicy": "Always"', '"restartPolicy": "Always", "command": ["sh"]'],
    ['privileges', '"runAsNonRoot": true', '"privileged": true, "runAsNonRoot": true'],
    ['a variable that loads other code', '"env": [', '"env": [{"name": "LD_PRELOAD", "value": "/x.so"}, '],
    ['a variable of Node twice', '"env": [', '"env": [{"name": "NODE_PATH", "value": "/x"}, '],
    [
      'a second value of our variable',
      '"env": [',
      '"env": [{"name": "NODE_OPTIONS", "value": "--require=/x.js"}, ',
    ],
    ['another configuration of OpenSSL', '"env": [', '"env": [{"name": "OPENSSL_CONF", "value": "/x"}, '],
    ...['/opt/lictor', '/policies/x', '/run/secrets/../../opt/lictor'].map(
      (path): [string, string, string] => [
        `a mount at ${path}`,
        '"mountPath": "/run/lictor"}',
        `"mountPath": "/run/lictor"}, {"name": "x", "mountPath": "${path}"}`,
      ],
    ),
    [
      'another volume of the socket',
      '"emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}',
      '"hostPath": {"path": "/run"}',
    ],
    [
      'another mount of the socket',
      '"mountPath": "/run/lictor", "readOnly": true',
      '"mountPath": "/run/lictor", "readOnly": false',
    ],
  ])('with %s is written anew', (_, from, to) => {
    const changed = injected.replace(from, to);
    expect(changed).not.toBe(injected);
    expect(jsonOf(read(changed).text)).toEqual(jsonOf(injected));
  });

  test.each([
    ['volumeMounts:\n    - name: lictor-socket', 'volumeMounts: []\n'],
    ['volumeMounts:\n      - name: lictor-socket', 'volumeMounts: []\n'],
    ['volumeMounts: # none of ours\n    - name: lictor-socket', 'volumeMounts: # none of ours\n      []\n'],
    [
      'volumeMounts:\n    # the socket\n    - name: lictor-socket',
      'volumeMounts:\n    # the socket\n      []\n',
    ],
  ])('by the socket leaves an empty list over TCP, after %j', (mounts, expected) => {
    const text = `apiVersion: v1\nkind: Pod\nmetadata:\n  annotations: {lictor.dev/injected: "true"}\nspec:\n  containers:\n  - name: envoy\n    ${mounts}\n  volumes: []\n`;
    const updated = read(text, { listen: '127.0.0.1:9191' });
    expect(updated.pods).toMatchObject([{ result: 'injected' }]);
    expect(updated.text).toContain(`    ${expected}`);
    expect(jsonOf(updated.text)).toMatchObject([{ spec: { containers: [{ volumeMounts: [] }] } }]);
  });

  test('with the variables of another webhook is not changed', () => {
    const changed = injected.replace('"env": [', '"env": [{"name": "AWS_REGION", "value": "eu"}, ');
    expect(read(changed).text).toBe(changed);
  });

  test('the socket is taken from a container that is not the proxy', () => {
    const text = injected.replace(
      '{name: envoy',
      '{name: app, volumeMounts: [{name: lictor-socket, mountPath: /run/lictor}, {name: x, mountPath: /x}]}, {name: envoy',
    );
    expect(jsonOf(read(text).text)).toMatchObject([
      { spec: { containers: [{ name: 'app', volumeMounts: [{ name: 'x' }] }, { name: 'envoy' }] } },
    ]);
  });

  test('keeps its place before and after other init containers', () => {
    const text = old.replace('"initContainers": [', '"initContainers": [{name: first, image: f}, ');
    const [injected] = jsonOf(read(text).text);
    expect(injected).toMatchObject({ spec: { initContainers: [{ name: 'first' }, { name: 'lictor' }] } });
  });

  test('is moved if Envoy is an init container before it', () => {
    const text = pod(
      'name: a',
      'containers: [{name: app}], initContainers: [{name: envoy, restartPolicy: Always}]',
    );
    const [first] = jsonOf(read(text).text);
    expect(first).toMatchObject({ spec: { initContainers: [{ name: 'lictor' }, { name: 'envoy' }] } });
    const names = jsonOf(read(read(text).text.replace('{name: envoy', '{name: x}, {name: envoy')).text)[0];
    expect(names).toMatchObject({
      spec: { initContainers: [{ name: 'lictor' }, { name: 'x' }, { name: 'envoy' }] },
    });
  });

  test('with the defaults of the API server and a mount of the service account is not changed', () => {
    const text = pod('name: a');
    const injected = read(text)
      .text.replace(
        '"restartPolicy": "Always"',
        '"restartPolicy": "Always","imagePullPolicy":"IfNotPresent","terminationMessagePath":"/dev/termination-log"',
      )
      .replace(
        '"mountPath": "/run/lictor"}',
        '"mountPath": "/run/lictor"},{"name":"kube-api-access-x","mountPath":"/var/run/secrets/kubernetes.io/serviceaccount","readOnly":true}',
      )
      .replace('"path": "/healthz", "port": 9193', '"path": "/healthz", "port": 9193,"scheme":"HTTP"');
    expect(read(injected)).toMatchObject({ text: injected, pods: [{ result: 'unchanged' }] });
  });
});

describe('texts', () => {
  const BLOCK =
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: envoy\n    image: e';

  test('without a line end at the end, with Windows line ends and with a byte-order mark keep them', () => {
    expect(read(BLOCK).text).toMatch(/name: lictor-policies$/);
    const windows = `\uFEFF${BLOCK.replaceAll('\n', '\r\n')}\r\n`;
    const { text } = read(windows);
    expect(text.startsWith('\uFEFFapiVersion: v1\r\n')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(jsonOf(text)).toEqual(jsonOf(read(`${BLOCK}\n`).text));
  });

  test.each([
    ['an empty list', '  volumes: []\n'],
    ['a key without a value', '  volumes:\n'],
    ['null', '  volumes: null # none\n'],
    ['a block scalar at the end', '  hostname: |\n    a\n\n\n'],
    ['a comment in an empty list', '  volumes: [ # none\n    ]\n'],
    ['a comment before an empty list', '  volumes: # none\n    []\n'],
    ['a comment at the end', '  # - more\n'],
    ['a list on the column of its key', '  volumes:\n  # mine\n  - name: x\n    emptyDir: {}\n'],
    ['a spread list', '  volumes: [\n    {name: x, emptyDir: {}}, # first\n  ]\n'],
  ])('%s is written on', (_, end) => {
    const text = `${BLOCK}\n${end}`;
    const done = read(text);
    expect(done.pods).toMatchObject([{ result: 'injected' }]);
    expect(jsonOf(done.text)).toMatchObject([
      { spec: { volumes: expect.arrayContaining([expect.objectContaining({ name: 'lictor-socket' })]) } },
    ]);
    expect(read(done.text).text).toBe(done.text);
  });

  test.each([
    ['not YAML', 'a: [\n', 'yaml_syntax'],
    ['not UTF-8', new Uint8Array([0xff, 0xfe, 0x00]), 'not_utf8'],
    ['a key twice', `${BLOCK}\nkind: Job\n`, 'yaml_duplicate_key'],
    ['deep', `a: ${'['.repeat(100_000)}`, 'yaml_syntax'],
    [
      'a bomb of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'.replaceAll(/./g, (name) => `${name}: &${name} [${`*${String.fromCodePoint((name.codePointAt(0) ?? 0) - 1)},`.repeat(9)}]\n`)}`,
      'yaml_alias',
    ],
    ['a template of Helm', `${BLOCK}:{{ .Values.tag }}\n{{- if .x }}\n`, 'yaml_syntax'],
  ])('that are %s are refused with a place', (_, text, code) => {
    const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    const done = injectFile('pods.yaml', bytes, { defaults: DEFAULTS, labelled: false });
    expect(done).toMatchObject({
      kind: 'broken',
      mistakes: expect.arrayContaining([expect.objectContaining({ code })]),
    });
  });

  test('whose pods share a part by an alias are refused rather than changed elsewhere', () => {
    const text = `a: &pod\n  containers:\n  - name: envoy\n---\n`;
    const shared = `apiVersion: v1\nkind: List\nx: &spec {containers: [{name: envoy}]}\nitems:\n- {apiVersion: v1, kind: Pod, spec: *spec}\n- {apiVersion: v1, kind: Pod, spec: *spec}\n`;
    expect(read(text).pods).toEqual([]);
    expect(file(shared)).toEqual({
      kind: 'fault',
      problem: 'has a pod that shares parts with another place by a YAML alias; write these parts out',
      isOurs: false,
    });
  });

  test('with keys of the prototype are plain data', () => {
    const text = pod('annotations: {__proto__: x, constructor: y}, labels: {__proto__: z}');
    expect(jsonOf(read(text).text)).toMatchObject([{ metadata: { annotations: { constructor: 'y' } } }]);
    expect(read(text).text).toContain('__proto__: x, constructor: y');
  });
});

describe('of 120 random files', () => {
  const random = seeded(17);
  const words = ['a', 'orders', 'x y', '# no', 'a: b', 'true', '- x', 'two\nlines\n'] as const;
  const some = <T extends Plain>(make: () => T, most: number): T[] =>
    Array.from({ length: Math.floor(random() * (most + 1)) }, make);
  const container = (name: string): Plain => ({
    name,
    image: pick(random, words),
    ...(random() < 0.5 && { args: some(() => pick(random, words), 3) }),
    ...(random() < 0.5 && { volumeMounts: some(() => ({ name: 'v', mountPath: `/${random()}` }), 2) }),
  });
  const spec = (): Plain => ({
    ...(random() < 0.3 && { initContainers: some(() => container(`i${random().toFixed(5).slice(2)}`), 2) }),
    containers: [
      container('app'),
      container('envoy'),
      ...some(() => container(`c${random().toFixed(5).slice(2)}`), 2),
    ],
    ...(random() < 0.5 && { volumes: some(() => ({ name: 'v', emptyDir: {} }), 2) }),
    ...(random() < 0.3 && { terminationGracePeriodSeconds: pick(random, [1, 30, 60]) }),
  });
  const metadata = (): Plain => ({
    name: 'a',
    ...(random() < 0.5 && { annotations: { note: pick(random, words) } }),
  });
  const objects: Plain[] = Array.from({ length: 120 }, () =>
    pick<Plain>(random, [
      { apiVersion: 'v1', kind: 'Pod', metadata: metadata(), spec: spec() },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        spec: { replicas: 2, template: { metadata: metadata(), spec: spec() } },
      },
      {
        apiVersion: 'v1',
        kind: 'List',
        items: [{ apiVersion: 'v1', kind: 'Pod', metadata: metadata(), spec: spec() }],
      },
    ]),
  );
  // Now and then a comment is a part of the block scalar before it.
  const texts = objects
    .map((object) => [object, untidyValue(random, object)] as const)
    .filter(([object, text]) => isDeepStrictEqual(jsonOf(text)[0], object))
    .map(([, text]) => text);
  // Aliases may share a part of a pod with another place, for which a test is above.
  const plain = texts.filter((text) => !/[*&]n\d/.test(text));

  test('each is injected, with all comments in their order', () => {
    expect(plain.length).toBeGreaterThan(30);
    for (const text of plain) {
      const done = read(text);
      expect(done.pods.length).toBeGreaterThan(0);
      expect(new Set(done.pods.map(({ result }) => result))).toEqual(new Set(['injected']));
      const comments = (of: string) => [...of.matchAll(/#.{0,2}comment \d+/g)].map(String);
      expect(comments(done.text)).toEqual(comments(text));
    }
  });

  test('each is the same text after a second injection', () => {
    for (const text of plain) {
      const once = read(text).text;
      expect(read(once).text).toBe(once);
    }
  });

  test('none with aliases means something else, or throws', () => {
    for (const text of texts) {
      const done = file(text);
      if (done.kind === 'broken') continue;
      if (done.kind === 'fault') expect(done.isOurs).toBe(false);
      else expect(done.pods.length).toBeGreaterThan(0);
    }
  });

  test('a key in brackets after a comment is not taken for the first of its line', () => {
    const spec = '{containers: [{name: envoy, # here\n   volumeMounts: []}]}';
    expect(read(`apiVersion: v1\nkind: Pod\nspec: ${spec}\n`).pods).toMatchObject([{ result: 'injected' }]);
  });

  test('each pod is the one that the webhook makes', () => {
    for (const object of objects) {
      const [written] = jsonOf(read(JSON.stringify(object)).text);
      const pods = podsIn(written);
      for (const [index, found] of podsIn(object).entries()) {
        const done = injectPod(found, DEFAULTS);
        expect(done).toMatchObject({ kind: 'injected' });
        expect(done.kind === 'injected' && done.pod).toEqual(pods[index]);
      }
    }
  });
});

/** The pods of the objects above. */
function podsIn(value: unknown): Parameters<typeof injectPod>[0][] {
  const object = value as { kind: string; items?: unknown[]; spec: { template: never } };
  if (object.kind === 'List') return (object.items ?? []).flatMap(podsIn);
  return [object.kind === 'Pod' ? (value as never) : object.spec.template];
}
