import { createHash } from 'node:crypto';
import type { Base } from './base-layer.ts';
import { type Architecture, isoTime } from './layout.ts';
import { dependenciesOf, type Lock, type Packages } from './packages.ts';

/** The program itself in a bill of materials. */
export interface Product {
  readonly version: string;
  readonly revision: string;
  /** Seconds. */
  readonly time: number;
}

interface Component {
  readonly type: 'application' | 'library' | 'operating-system';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly [member: string]: unknown;
}

/** The packages of npm in an image: a bill that is the same for every architecture, and lies in the image. */
export function programBill(product: Product, lock: Lock, packages: Packages): object {
  return bill(product, npmComponents(lock, packages), npmDependencies(lock, packages));
}

/** Everything in an image: packages of npm, Node, and packages of Debian. */
export function imageBill(
  product: Product,
  lock: Lock,
  packages: Packages,
  architecture: Architecture,
  base: Base,
): object {
  const components = [
    ...npmComponents(lock, packages),
    nodeComponent(base),
    ...debianComponents(architecture, base),
  ];
  return bill(product, components, npmDependencies(lock, packages));
}

interface Dependency {
  readonly ref: string;
  readonly dependsOn: readonly string[];
}

/** CycloneDX 1.6. The serial number follows from the content, so that the same image has the same bill. */
function bill(
  product: Product,
  components: readonly Component[],
  dependencies: readonly Dependency[],
): object {
  const content = {
    version: 1,
    metadata: {
      timestamp: isoTime(product.time),
      component: {
        type: 'application',
        'bom-ref': PROGRAM,
        name: 'lictor',
        version: product.version,
        licenses: [{ expression: 'Apache-2.0' }],
        properties: [{ name: 'org.opencontainers.image.revision', value: product.revision }],
      },
    },
    components,
    dependencies,
  };
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(digest)}`,
    ...content,
  };
}

const PROGRAM = 'lictor';

/** A UUID of version 8, which RFC 9562 leaves to the application. */
function uuidOf(hex: string): string {
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

function npmComponents(lock: Lock, packages: Packages): readonly Component[] {
  return pathsOf(packages).map((path) => {
    const { version, integrity, license } = lockedAt(path, lock);
    const name = nameOf(path);
    const [scope, short] = name.startsWith('@') ? name.split('/') : [undefined, name];
    return {
      type: 'library',
      'bom-ref': path,
      ...(scope !== undefined && { group: scope }),
      name: short ?? name,
      version,
      purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
      ...(license !== undefined && { licenses: [{ expression: license }] }),
      ...(integrity !== undefined && { hashes: [sha512(integrity)] }),
      properties: [{ name: 'lictor:bundled', value: String(packages.bundled.includes(path)) }],
    };
  });
}

function pathsOf({ bundled, unbundled }: Packages): readonly string[] {
  return [...new Set([...bundled, ...unbundled])].toSorted();
}

function lockedAt(path: string, lock: Lock): Lock['packages'][string] {
  const found = lock.packages[path];
  if (found === undefined) throw new Error(`package-lock.json has no \`${path}\``);
  return found;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** The digest of the package's archive in the registry, of which the lockfile has the base64. */
function sha512(integrity: string): object {
  return {
    alg: 'SHA-512',
    content: Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex'),
  };
}

function npmDependencies(lock: Lock, packages: Packages): readonly Dependency[] {
  const paths = pathsOf(packages);
  const present = (wanted: readonly string[]): readonly string[] =>
    [...new Set(wanted)].filter((path) => paths.includes(path)).toSorted();
  return [
    { ref: PROGRAM, dependsOn: present(dependenciesOf('', lock)) },
    ...paths.map((path) => ({ ref: path, dependsOn: present(dependenciesOf(path, lock)) })),
  ];
}

function nodeComponent({ node }: Base): Component {
  return {
    type: 'application',
    'bom-ref': 'node',
    name: 'node',
    version: node.version,
    cpe: `cpe:2.3:a:nodejs:node.js:${node.version}:*:*:*:*:*:*:*`,
    purl: `pkg:generic/node@${node.version}`,
    licenses: [{ license: { id: 'MIT' } }],
    properties: [{ name: 'lictor:npm-integrity', value: node.integrity }],
  };
}

/** Licences of the files that are taken from each package. */
const LICENCES: Readonly<Record<string, string>> = {
  'base-files': 'GPL-2.0-or-later',
  'ca-certificates': 'MPL-2.0',
  'gcc-14-base': 'GPL-3.0-or-later',
  libc6: 'LGPL-2.1-or-later',
  'libgcc-s1': 'GPL-3.0-or-later WITH GCC-exception-3.1',
  'libstdc++6': 'GPL-3.0-or-later WITH GCC-exception-3.1',
};

function debianComponents(architecture: Architecture, { packages }: Base): readonly Component[] {
  return packages.map(({ pin, control }) => {
    const { sha256 } = pin.files[architecture];
    const architectures = /^Architecture: (.*)$/m.exec(control)?.[1] ?? architecture;
    const licence = LICENCES[pin.name];
    if (licence === undefined) throw new Error(`sbom.ts has no licence of ${pin.name}`);
    const name = encodeURIComponent(pin.name);
    return {
      type: 'library',
      'bom-ref': `debian/${pin.name}`,
      group: 'debian',
      name: pin.name,
      version: pin.version,
      purl: `pkg:deb/debian/${name}@${encodeURIComponent(pin.version)}?arch=${architectures}&distro=debian-13`,
      licenses: [{ expression: licence }],
      properties: [{ name: 'lictor:debian-sha256', value: sha256 }],
    };
  });
}

/** Licences of everything in an image, as one expression of SPDX. */
export function licencesOf(lock: Lock, packages: Packages, base: Base): string {
  const found = [
    'Apache-2.0',
    'MIT',
    ...pathsOf(packages).flatMap((path) => lockedAt(path, lock).license ?? []),
    ...base.packages.flatMap(({ pin }) => LICENCES[pin.name] ?? []),
  ];
  const terms = found.flatMap((each) => each.replace(/^\((.*)\)$/, '$1').split(' AND '));
  return [...new Set(terms)]
    .toSorted()
    .map((term) => (term.includes(' OR ') ? `(${term})` : term))
    .join(' AND ');
}
