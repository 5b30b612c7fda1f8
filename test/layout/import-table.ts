/**
 * Who may import whom: the table of the architecture page, as data that `imports.test.ts` holds every file to.
 * When the table is wrong, change it together with the page that says why.
 */
export interface ImportTable {
  /** Every room of src; a file straight under src is a room of its own name (`main`). */
  readonly rooms: Readonly<Record<string, RoomRules>>;
  /** A package, and everything below it, to the only rooms that may import it. `@scope/` stands for a whole scope. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
  /** A module of Node to the only rooms that may import it, besides those in `pure`. */
  readonly node: Readonly<Record<string, readonly string[]>>;
  /** Modules of Node that compute only: free for every room that is not `sealed`. */
  readonly pure: readonly string[];
}

export interface RoomRules {
  /** Rooms whose files may be imported. */
  readonly imports: readonly string[];
  /** Rooms of which only types may be imported. */
  readonly types?: readonly string[];
  /** No I/O, no clock, no randomness, and no module of Node at all: everything comes in as a parameter. */
  readonly sealed?: true;
}

const WORDS = ['diagnostic', 'request'];
const STATIONS = ['cel', 'identity', 'schema', 'limit'];
const SERVING = ['transport', 'envoy', 'decision', 'policy', 'audit', 'telemetry', 'admin'];

export const IMPORT_TABLE = {
  rooms: {
    diagnostic: { imports: [] },
    request: { imports: [] },
    cel: { imports: ['diagnostic'] },
    identity: { imports: WORDS },
    schema: { imports: WORDS },
    limit: { imports: WORDS },
    policy: { imports: [...WORDS, ...STATIONS] },
    editor: { imports: [...WORDS, 'cel', 'policy', 'format', 'coverage', 'decision'] },
    format: { imports: ['policy', 'cel', 'diagnostic'] },
    decision: { imports: ['policy', ...STATIONS, 'request'], sealed: true },
    envoy: { imports: ['decision', 'request'] },
    audit: { imports: WORDS, types: ['decision', 'policy'] },
    telemetry: { imports: WORDS, types: ['decision', 'policy'] },
    transport: { imports: ['diagnostic'] },
    admin: { imports: ['policy', 'decision', 'audit', 'telemetry', 'diagnostic'] },
    server: { imports: [...WORDS, ...STATIONS, ...SERVING] },
    mutation: { imports: ['cel', 'diagnostic', 'policy'] },
    coverage: { imports: ['cel', 'diagnostic', 'policy'] },
    cli: {
      imports: ['server', ...WORDS, ...STATIONS, ...SERVING, 'coverage', 'editor', 'format', 'mutation'],
    },
    main: { imports: ['cli'] },
  },
  packages: {
    // A JSON Schema's `pattern` meets hostile bodies as `matches` meets hostile headers: neither may backtrack.
    re2js: ['cel', 'schema'],
    jose: ['identity'],
    'csv-parse/sync': ['policy'],
    'lru-cache': ['identity'],
    ajv: ['schema'],
    'ajv-formats': ['schema'],
    yaml: ['policy', 'format'],
    '@grpc/grpc-js': ['transport'],
    // Messages, not calls: ext_authz in envoy; health and reflection, which the server answers itself.
    '@grpc/proto-loader': ['envoy', 'server'],
    pino: ['telemetry'],
    '@opentelemetry/': ['telemetry'],
    commander: ['cli'],
    // Lines and positions of the protocol, and the protocol itself.
    'vscode-languageserver': ['editor'],
    'vscode-languageserver-textdocument': ['editor'],
  },
  node: {
    // `lictor test --since` asks git itself: a revision may be written in every way that git knows.
    'node:child_process': ['cli'],
    'node:fs': ['policy', 'audit', 'server', 'cli'],
    // In transport: the file of a Unix socket, its mode, and the one that a crash left behind.
    'node:fs/promises': ['policy', 'audit', 'transport', 'server', 'cli'],
    'node:http': ['admin'],
    'node:net': ['transport'],
    'node:os': ['telemetry', 'server', 'cli'],
    'node:process': ['server', 'cli', 'main'],
    'node:stream': ['audit', 'editor', 'server', 'cli'],
    'node:stream/consumers': ['cli'],
    // Gives the loop back between the files of a long digest, and between the slices of a long compilation.
    'node:timers/promises': ['policy', 'server'],
    // Git's own files are read without a library: objects, packs, the index of packs.
    'node:zlib': ['policy'],
  },
  pure: [
    'node:buffer',
    'node:crypto',
    'node:events',
    'node:path',
    'node:querystring',
    'node:url',
    'node:util',
  ],
} as const satisfies ImportTable;
