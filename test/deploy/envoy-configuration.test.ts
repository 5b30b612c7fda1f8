import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeCertificates } from '../support/certificates.ts';
import { envoyBinary } from '../support/tools.ts';

const run = promisify(execFile);

describe('deploy/envoy.yaml', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lictor-deploy-'));
    const { ca, server } = await makeCertificates({ hosts: ['localhost'], workloads: {} });
    await writeFile(join(folder, 'tls.crt'), server.cert);
    await writeFile(join(folder, 'tls.key'), server.key);
    await writeFile(join(folder, 'ca.crt'), ca);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function validate(change: (text: string) => string): Promise<string> {
    const text = await readFile('deploy/envoy.yaml', 'utf8');
    const path = join(folder, 'envoy.yaml');
    await writeFile(path, change(text.replaceAll('/etc/envoy/tls/', `${folder}/`)));
    const { stdout } = await run(envoyBinary(), ['--mode', 'validate', '-c', path]);
    return stdout;
  }

  test('is accepted by Envoy', async () => {
    await expect(validate((text) => text)).resolves.toContain('OK');
  });

  test('has every line of the samples in docs/envoy.md', async () => {
    const lines = new Set(
      (await readFile('deploy/envoy.yaml', 'utf8')).split('\n').map((line) => line.trim()),
    );
    const page = await readFile('docs/envoy.md', 'utf8');
    const samples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].flatMap(([, sample = '']) =>
      sample.trim().split('\n'),
    );
    expect(samples.length).toBeGreaterThan(20);
    expect(samples.filter((line) => !lines.has(line.trim()))).toEqual([]);
  });

  test('is rejected by Envoy with an unknown field', async () => {
    const misspelt = (text: string): string => text.replace('failure_mode_allow', 'failure_mode_alow');
    await expect(validate(misspelt)).rejects.toThrow('failure_mode_alow');
  });
});
