// Installs the program `lictor` from a package that your organisation keeps, if it has the expected digest.
// README.md, "Pipelines", describes the two variables.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const { LICTOR_PACKAGE: source = '', LICTOR_SHA256: expected = '', LICTOR_AUTHORIZATION: authorization } = process.env;

function stop(message) {
  process.stderr.write(`install-lictor: ${message}\n`);
  process.exit(1);
}

if (source === '') stop('set LICTOR_PACKAGE to the URL or path of the package');
if (!/^[0-9a-f]{64}$/.test(expected)) stop('set LICTOR_SHA256 to the SHA-256 of the package, 64 lower-case hex digits');

async function download() {
  const response = await fetch(source, authorization ? { headers: { authorization } } : {});
  if (!response.ok) throw new Error(`status ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

let bytes;
try {
  bytes = /^https?:\/\//.test(source) ? await download() : readFileSync(source);
} catch (error) {
  stop(`${source} cannot be read: ${error.message}`);
}
const actual = createHash('sha256').update(bytes).digest('hex');
if (actual !== expected) stop(`${source} has the SHA-256 ${actual}, not ${expected}`);

const prefix = execFileSync('npm', ['prefix', '--global'], { encoding: 'utf8' }).trim();
const folder = join(prefix, 'lib/lictor');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
mkdirSync(join(prefix, 'bin'), { recursive: true });
execFileSync('tar', ['--extract', '--gzip', '--strip-components=1', '--directory', folder], { input: bytes });
if (!existsSync(join(folder, 'npm-shrinkwrap.json'))) stop(`${source} has no npm-shrinkwrap.json: use \`make package\``);
// `npm ci` installs the versions of npm-shrinkwrap.json, compared with their digests; `npm install FILE` ignores it.
const options = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
execFileSync('npm', ['ci', ...options], { cwd: folder, stdio: 'inherit' });
rmSync(join(prefix, 'bin/lictor'), { force: true });
symlinkSync(join(folder, 'dist/main.js'), join(prefix, 'bin/lictor'));
