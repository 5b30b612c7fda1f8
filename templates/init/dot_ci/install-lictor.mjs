// Installs the program `lictor` from a package that your organisation keeps, if it has the expected digest.
// README.md, "Pipelines", describes the two variables.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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

const folder = mkdtempSync(join(tmpdir(), 'lictor-'));
try {
  const file = join(folder, 'lictor.tgz');
  writeFileSync(file, bytes);
  execFileSync('npm', ['install', '--global', '--ignore-scripts', '--no-audit', '--no-fund', file], { stdio: 'inherit' });
} finally {
  rmSync(folder, { recursive: true });
}
