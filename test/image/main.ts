import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPolicy } from '../e2e/open-policy.ts';
import { childrenOf, ownMemory } from '../support/processes.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { ROOT } from '../support/tools.ts';
import { waitFor } from '../support/wait.ts';
import { validateBills } from './bills.ts';
import { hasBoxes, memoryGroup } from './box.ts';
import { buildImage, cloneCheckout, filesBelow, headCommit } from './clones.ts';
import { validateByCrane } from './crane.ts';
import { buildLastStage } from './engine.ts';
import { type Image, readLayout, unpackImage } from './layout-reader.ts';
import { machineFiles, versionByEmulator } from './machines.ts';
import { askMany, serveInBox } from './serving.ts';

/*
 * `make test-image`: the image of the commit of HEAD, built twice, checked, and run. Exit code 1 if anything is not as
 * deploy/image/README.md says.
 */

/** Memory of the container, in MiB. */
const CONTAINER = 128;
/** Changes of the policies under load. */
const RELOADS = 4;
/** The settings of docs/operating.md for 128 MiB. */
const SETTINGS = ['--load-memory', '128'] as const;
const NODE_OPTIONS = '--max-old-space-size=32';
/** In each version of the policies. */
const CHECKS = 20_000;

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
for (const each of images.values()) await hasOneMachine(each);
await builtByEngine(image);
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

/** Each file of machine code is for the architecture of the image; that of another one also runs, if it can here. */
async function hasOneMachine(built: Image): Promise<void> {
  const { architecture } = built.config;
  const folder = built === image ? root : join(scratch, architecture);
  if (built !== image) await unpackImage(layout, built, folder);
  say(`${architecture}: all ${await machineFiles(folder, architecture)} files of machine code are for it`);
  if (built === image) return;
  const version = await versionByEmulator(folder, built.config);
  say(
    `${architecture}: ${version === undefined ? 'qemu-user-static is not installed, so it does not run' : `lictor ${version} runs in qemu`}`,
  );
}

/** An engine makes the same configuration of the last stage of the Dockerfile, apart from labels. */
async function builtByEngine({ config: { architecture, config } }: Image): Promise<void> {
  const built = await buildLastStage(root, architecture, scratch);
  if (built === undefined) {
    say('buildah is not installed, or this user is not root, so no engine builds the Dockerfile');
    return;
  }
  const plain = ({ User, Env, Entrypoint, Cmd, WorkingDir }: typeof config): string =>
    JSON.stringify({ User, Env, Entrypoint, Cmd, WorkingDir });
  expect(plain(built) === plain(config), `buildah configures the last stage as ${plain(built)}`);
}

async function runs(built: Image): Promise<void> {
  const policies = join(scratch, 'policies');
  await cp(fileURLToPath(new URL('policies', ROOT)), policies, { recursive: true });
  const small = join(scratch, 'small');
  await mkdir(small);
  await writeFile(join(small, 'open.yaml'), openPolicy());
  await starts(built, 'a folder with one policy', small);
  await starts(built, 'the policies of the repository', policies);
  await decides(built, policies);
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

/** Decides under load as a pod would, with the memory of its container, and loads its policies again meanwhile. */
async function decides(built: Image, policies: string): Promise<void> {
  const memory = memoryGroup(CONTAINER);
  if (memory === undefined) say(`this user may not make a cgroup, so no limit of ${CONTAINER} MiB is set`);
  const { child, pid, listen, admin } = await serveInBox({
    folder: join(scratch, 'load'),
    root,
    image: built.config,
    policies,
    memory,
    args: SETTINGS,
    env: { NODE_OPTIONS },
  });
  const most = mostMemory(pid);
  await decidesAll(listen);
  for (let version = 1; version <= RELOADS; version++) {
    const open = openPolicy('more.acme.svc').replace('name: open', `name: more-${version}`);
    await writeFile(join(policies, 'more.yaml'), open);
    await Promise.all([decidesAll(listen), reloaded(admin, version + 1)]);
  }
  say(`most memory of its own: ${most()}`);
  process.kill(pid, 'SIGTERM');
  const end = await child.exited;
  expect(end === 'exit code 0', `it drains: ${end}`);
  if (memory === undefined) return;
  expect(memory.killed() === 0, `the kernel ends ${memory.killed()} processes in ${CONTAINER} MiB`);
  say(`memory of the container, pages of files included: ${memory.peak().toFixed(0)} MiB at most`);
  memory.remove();
}

async function decidesAll(listen: string): Promise<void> {
  const { allowed, denied, rate } = await askMany(listen, CHECKS);
  const counts = `${allowed} of ${CHECKS / 2} checks are allowed, and ${denied} denied`;
  expect(allowed === CHECKS / 2 && denied === CHECKS / 2, `${counts}, ${rate.toFixed(0)} a second`);
}

async function reloaded(admin: string, versions: number): Promise<void> {
  await waitFor(
    async () => {
      const text = await (await fetch(`${admin}/metrics`)).text();
      const count = /lictor_policy_reloads_total\{result="success"\} (\d+)/.exec(text)?.[1];
      return Number(count ?? 0) >= versions ? true : undefined;
    },
    { what: `version ${versions} of the policies`, timeout: 60_000 },
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

/** Looks at the memory of a program and its loading process; the result ends that, and tells the most. */
function mostMemory(pid: number): () => string {
  let most = [0, 0];
  const look = (): void => {
    const now = [pid, ...childrenOf(pid, '')].map(ownMemory);
    if (sumOf(now) > sumOf(most)) most = now;
  };
  const looking = setInterval(look, 25);
  return () => {
    clearInterval(looking);
    const parts = most.map((each) => each.toFixed(0)).join(' + ');
    return `${sumOf(most).toFixed(0)} MiB (sidecar and loading process: ${parts})`;
  };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

function expect(holds: boolean, what: string): void {
  say(`${holds ? 'ok' : 'FAILED'}: ${what}`);
  if (!holds) process.exitCode = 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
