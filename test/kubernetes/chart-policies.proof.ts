import { CHART_FOLDER, install, uninstall } from './chart.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { runProgram } from './programs.ts';

describe('the ConfigMaps of policies', () => {
  const stack = new AsyncDisposableStack();
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster(stack, { hasControllers: false });
  });
  afterAll(() => stack.disposeAsync());

  test.each([
    [
      ['namespaces={a}', 'files.a=x', 'editors[0].kind=Group', 'editors[0].name=a'],
      '`policies.files` and `policies.editors`: each upgrade would replace what the editors have written',
    ],
    [['namespaces={a}'], '`policies.namespaces`: requires `policies.files` or `policies.editors`'],
    [['files.a=x'], '`policies.files`: requires `policies.namespaces`'],
    [['editors[0].kind=Group', 'editors[0].name=a'], '`policies.editors`: requires `policies.namespaces`'],
  ])('policies that do not fit together are refused: %j', async (values, message) => {
    const args = values.map((value) => `--set=policies.${value}`);
    const { code, stderr } = await runProgram('helm', ['template', 'lictor', CHART_FOLDER, ...args]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  test('policies stay when the chart is uninstalled, and another release of its name has them', async () => {
    await cluster.kubectl.output(['create', 'namespace', 'shop']);
    const content = async (): Promise<unknown> =>
      (
        (await cluster.kubectl.get('-n', 'shop', 'configmap', 'lictor-policies')) as {
          readonly data: unknown;
        }
      ).data;
    await install(cluster, ['--set=policies.namespaces={shop}', '--set=policies.files.a=one']);
    await uninstall(cluster);
    expect(await content()).toEqual({ a: 'one' });
    await install(cluster, ['--set=policies.namespaces={shop}', '--set=policies.files.a=two']);
    expect(await content()).toEqual({ a: 'two' });
    await install(cluster, []);
    expect(await content()).toEqual({ a: 'two' });
    await uninstall(cluster);
  });

  test('editors change the ConfigMap, and an upgrade keeps what they have written', async () => {
    const name = ['-n', 'market', 'configmap', 'lictor-policies'];
    const editors = '[{"kind":"User","name":"ann","apiGroup":"rbac.authorization.k8s.io"}]';
    const values = ['--set=policies.namespaces={market}', `--set-json=policies.editors=${editors}`];
    await cluster.kubectl.output(['create', 'namespace', 'market']);
    await cluster.kubectl.output(['create', ...name, '--from-literal=a=one']);
    await install(cluster, values);
    const patch = (object: string): ReturnType<typeof runProgram> =>
      cluster.kubectl.run([
        '--as=ann',
        'patch',
        '-n',
        'market',
        'configmap',
        object,
        '-p',
        '{"data":{"a":"two"}}',
      ]);
    expect((await patch('lictor-policies')).code).toBe(0);
    expect(await patch('kube-root-ca.crt')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Forbidden'),
    });
    await install(cluster, [...values, '--set=labels.team=platform']);
    expect(await cluster.kubectl.get(...name)).toMatchObject({ data: { a: 'two' } });
    await uninstall(cluster);
    expect(await cluster.kubectl.get(...name)).toMatchObject({ data: { a: 'two' } });
  });
});
