import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPolicy } from '../e2e/open-policy.ts';
import { childrenOf, residentMemory } from '../support/processes.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { ROOT } from '../support/tools.ts';
import { waitFor } from '../support/wait.ts';
import { validateBills } from './bills.ts';
import { hasBoxes, memoryGroup } from './box.ts';
import { buildImage, cloneCheckout, filesBelow, headCommit } from './clones.ts';
import { validateByCrane } from './crane.ts';
import { type Image, readLayout, unpackImage } from './layout-reader.ts';
import { askMany, serveInBox } from './serving.ts';

/*
 * `make test-image`: the image of the commit of HEAD, built twice, checked, and run. Exit code 1 if anything is not as
 * deploy/image/README.md says.
 */

/** Memory of the container, in MiB: for decisions, and for those while a folder of this size is loaded again. */
const CONTAINER = 128;
const RELOADING_CONTAINER = 192;
/** The settings of docs/operating.md for 128 MiB. */
const SETTINGS = ['--load-memory', '128'] as const;
const NODE_OPTIONS = '--max-old-space-size=32';
const CHECKS = 50_000;

/** Ways to serve that load packages which are not bundled. */
const VARIANTS: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>])[] = [
  ['the transport of grpc-js', ['--transport', 'grpc-js'], {}],
  ['a Redis that does not answer', ['--redis', 'redis://127.0.0.1:1'], {}],
  ...['http/protobuf', 'http/json', 'grpc'].map(
    (protocol): readonly [string, readonly string[], Readonly<Record<string, string>>] => [
      `traces over ${protocol}`,
      [],
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_PROTOCOL: protocol },
    ],
  ),
];

await using stack = new AsyncDisposableStack();
const scratch = await scratchFolder(stack);
await chmod(scratch, 0o755);

const layout = await twice();
const images = await readLayout(layout);
say(`the layout is valid: ${[...images.keys()].join(', ')}`);
say(await validateByCrane(layout, scratch));
say(validateBills(['amd64', 'arm64'].map((name) => join(layout, `../sbom-${name}.cdx.json`))));
const image = images.get(process.arch === 'arm64' ? 'arm64' : 'amd64');
if (image === undefined) throw new Error('the layout has no image for this machine');
const root = join(scratch, 'root');
await unpackImage(layout, image, root);
if (process.platform === 'linux' && hasBoxes()) await runs(image);
else say('bubblewrap is not installed or may not make a box here, so the image does not run');

/** Builds the image in two clones at different places, with other times, languages and masks of files. */
async function twice(): Promise<string> {
  // One commit for both, also if somebody commits meanwhile.
  const commit = await headCommit();
  const first = join(scratch, 'a');
  const second = join(scratch, 'another/and deeper/b');
  await cloneCheckout(first, commit);
  const one = await buildImage(first, { TZ: 'Asia/Tokyo', LANG: 'C', HOME: scratch });
  process.umask(0o077);
  await cloneCheckout(second, commit);
  process.umask(0o022);
  const two = await buildImage(second, { TZ: 'America/Lima', LANG: 'de_DE.UTF-8' });
  const [files, others] = [await filesBelow(one), await filesBelow(two)];
  const paths = new Set([...files.keys(), ...others.keys()]);
  const differing = [...paths].filter(
    (path) => files.get(path)?.equals(others.get(path) ?? Buffer.alloc(0)) !== true,
  );
  expect(
    differing.length === 0,
    `two clones give the same bytes, ${files.size} files ${differing.join(' ')}`,
  );
  return join(one, 'layout');
}

async function runs(built: Image): Promise<void> {
  const policies = join(scratch, 'policies');
  await cp(fileURLToPath(new URL('policies', ROOT)), policies, { recursive: true });
  const small = join(scratch, 'small');
  await mkdir(small);
  await writeFile(join(small, 'open.yaml'), openPolicy());
  await starts(built, 'a folder with one policy', small);
  await starts(built, 'the policies of the repository', policies);
  await decides(built, policies, CONTAINER, false);
  await decides(built, policies, RELOADING_CONTAINER, true);
  for (const [name, args, env] of VARIANTS) await serves(built, small, name, args, env);
}

/** Start times, which are shown and not judged: they depend on what else the machine does. */
async function starts(built: Image, what: string, policies: string): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const folder = join(scratch, `start-${what.length}-${i}`);
    const { child, readyAfter } = await serveInBox({ folder, root, image: built.config, policies });
    times.push(readyAfter);
    await child.stop();
  }
  say(`ready after ${times.map((each) => each.toFixed(0)).join(', ')} ms with ${what}`);
}

/** Decides under load as a pod would, with the memory of its container; and with more, loads its policies again. */
async function decides(built: Image, policies: string, mebibytes: number, reloads: boolean): Promise<void> {
  const memory = memoryGroup(mebibytes);
  if (memory === undefined) say(`this user may not make a cgroup, so no limit of ${mebibytes} MiB is set`);
  const folder = join(scratch, `load-${mebibytes}`);
  const { child, pid, listen, admin } = await serveInBox({
    folder,
    root,
    image: built.config,
    policies,
    memory,
    args: SETTINGS,
    env: { NODE_OPTIONS },
  });
  const atRest = memoryOf(pid);
  const { allowed, denied, rate } = await askMany(listen, CHECKS);
  const underLoad = memoryOf(pid);
  expect(allowed === CHECKS / 2, `${allowed} of ${CHECKS / 2} checks are allowed, and ${denied} denied`);
  say(
    `${rate.toFixed(0)} checks/s; resident MiB, sidecar + loading: ${atRest} at rest, ${underLoad} after the load`,
  );
  if (reloads) {
    await writeFile(
      join(policies, 'more.yaml'),
      openPolicy('more.acme.svc').replace('name: open', 'name: more'),
    );
    const answers = askMany(listen, CHECKS);
    await reloaded(admin);
    expect((await answers).allowed === CHECKS / 2, 'a change of policies under load denies nobody');
    say(`resident MiB after a reload under load: ${memoryOf(pid)}`);
  }
  process.kill(pid, 'SIGTERM');
  const end = await child.exited;
  expect(end === 'exit code 0', `it drains: ${end}`);
  if (memory === undefined) return;
  const [killed, peak] = [memory.killed(), memory.peak()];
  expect(
    killed === 0,
    `the kernel ends ${killed} processes in ${mebibytes} MiB, of which ${peak.toFixed(0)} were in use`,
  );
  memory.remove();
}

async function reloaded(admin: string): Promise<void> {
  await waitFor(
    async () => {
      const text = await (await fetch(`${admin}/metrics`)).text();
      const count = /lictor_policy_reloads_total\{result="success"\} (\d+)/.exec(text)?.[1];
      return Number(count ?? 0) > 1 ? true : undefined;
    },
    { what: 'a second version of the policies', timeout: 60_000 },
  );
}

async function serves(
  built: Image,
  policies: string,
  what: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const folder = join(scratch, `variant-${what.replaceAll(/\W/g, '-')}`);
  const { child, listen } = await serveInBox({ folder, root, image: built.config, policies, args, env });
  const { allowed } = await askMany(listen, 10);
  expect(allowed === 10, `it serves with ${what}`);
  await child.stop();
}

/** Resident memory of the program and its loading process, each with its pages of `node`, in MiB. */
function memoryOf(pid: number): string {
  const processes = [pid, ...childrenOf(pid, '')].map(residentMemory);
  return processes.map((each) => each.toFixed(0)).join(' + ');
}

function expect(holds: boolean, what: string): void {
  say(`${holds ? 'ok' : 'FAILED'}: ${what}`);
  if (!holds) process.exitCode = 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
