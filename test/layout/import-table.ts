/**
 * Who may import whom: the table of the architecture page, as data that `imports.test.ts` holds every file to.
 * When the table is wrong, change it together with the page that says why.
 */
export interface ImportTable {
  /**
   * Every folder of `src` that holds files, by its path. A name with `/` at its end means a whole wing, its door included. A file directly in `src` is a row of its own name (`main`);
   * the files directly in a wing (`cel`, `policy`, `cli`) are its door, and the row of the wing's name.
   */
  readonly folders: Readonly<Record<string, FolderRules>>;
  /** A package, and everything below it, to the only folders that may import it. `@scope/` means a whole scope. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
  /** A module of Node to the only folders that may import it, in addition to those in `pure`. */
  readonly node: Readonly<Record<string, readonly string[]>>;
  /** Modules of Node that only compute: free for every folder that is neither `portable` nor `sealed`. */
  readonly pure: readonly string[];
}

export interface FolderRules {
  /** Folders whose files may be imported; `cel/` means the whole wing, its door included. */
  readonly imports: readonly string[];
  /** Folders of which only types may be imported. */
  readonly types?: readonly string[];
  /** Uses no module and no global of Node, so that it runs in a browser and as a library. */
  readonly portable?: true;
  /** Portable, and without I/O, clock or randomness: everything is passed in. */
  readonly sealed?: true;
}

const ENGINE_PARTS = ['engine/request', 'engine/identity', 'engine/schema', 'engine/limit'];
const ENGINE = ['engine/'];

export const IMPORT_TABLE = {
  folders: {
    // The ground.
    diagnostic: { imports: [], portable: true },
    git: { imports: ['diagnostic'] },
    flag: { imports: [], portable: true },
    // Implements what the engine takes as parameters, with Node's modules.
    node: { imports: [], types: ['engine/'] },

    // The expression language.
    'cel/value': { imports: [], portable: true },
    'cel/regex': { imports: ['cel/value'], portable: true },
    'cel/library': { imports: ['cel/value', 'cel/regex'], portable: true },
    'cel/syntax': { imports: ['cel/value', 'diagnostic'], portable: true },
    'cel/check': { imports: ['cel/value', 'cel/library', 'cel/syntax', 'diagnostic'], portable: true },
    'cel/interpret': { imports: ['cel/value', 'cel/library', 'cel/syntax', 'cel/check'], portable: true },
    'cel/codegen': {
      imports: ['cel/value', 'cel/library', 'cel/syntax', 'cel/check', 'cel/interpret'],
      portable: true,
    },
    cel: { imports: ['cel/', 'diagnostic'], portable: true },

    // Deciding a request.
    'engine/request': { imports: [], portable: true },
    'engine/identity': { imports: ['engine/request'], portable: true },
    'engine/schema': { imports: ['engine/request'], portable: true },
    'engine/limit': { imports: ['engine/request'], portable: true },
    'engine/set': { imports: [...ENGINE_PARTS, 'cel/'], portable: true },
    'engine/decision': { imports: ['engine/set', ...ENGINE_PARTS, 'cel/'], sealed: true },
    'engine/envoy': { imports: ['engine/decision', 'engine/request'], portable: true },

    // From YAML files to a policy set.
    'policy/yaml': { imports: ['diagnostic', 'engine/request'], portable: true },
    'policy/language': {
      imports: ['policy/yaml', 'engine/set', ...ENGINE_PARTS, 'cel/', 'diagnostic'],
      portable: true,
    },
    'policy/compile': {
      imports: ['policy/language', 'policy/yaml', 'engine/set', ...ENGINE_PARTS, 'cel/', 'diagnostic'],
      portable: true,
    },
    'policy/lint': {
      imports: [
        'policy/compile',
        'policy/language',
        'policy/yaml',
        'engine/set',
        ...ENGINE_PARTS,
        'cel/',
        'diagnostic',
      ],
      portable: true,
    },
    // What a folder holds, and when it changes; it knows no document. The type of its bytes is `policy/yaml`'s.
    'policy/source': { imports: ['engine/set', 'git', 'diagnostic'], types: ['policy/yaml'] },
    policy: {
      imports: [
        'policy/lint',
        'policy/compile',
        'policy/language',
        'policy/yaml',
        'engine/set',
        'engine/identity',
        'cel/',
        'diagnostic',
      ],
      portable: true,
    },

    // The process beside Envoy.
    'sidecar/transport': { imports: ['diagnostic'] },
    'sidecar/rpc': { imports: ['sidecar/transport', 'node'] },
    'sidecar/audit': { imports: [...ENGINE, 'diagnostic'] },
    'sidecar/telemetry': { imports: [...ENGINE, 'diagnostic'] },
    'sidecar/admin': { imports: ['sidecar/audit', 'sidecar/telemetry', ...ENGINE, 'diagnostic'] },
    'sidecar/server': {
      imports: [
        'sidecar/transport',
        'sidecar/rpc',
        'sidecar/audit',
        'sidecar/telemetry',
        'sidecar/admin',
        'policy/',
        ...ENGINE,
        'flag',
        'node',
        'diagnostic',
      ],
    },

    // What authors, reviewers and editors use; no sockets.
    'tools/format': { imports: ['policy/', 'cel/', 'diagnostic'] },
    'tools/mutation': { imports: ['policy/', 'cel/', 'diagnostic'] },
    'tools/coverage': { imports: ['policy/', ...ENGINE, 'cel/', 'diagnostic'] },
    'tools/testing': {
      imports: ['tools/coverage', 'sidecar/audit', 'policy/', ...ENGINE, 'node', 'cel/', 'diagnostic'],
    },
    'tools/editor': {
      imports: ['tools/format', 'tools/coverage', 'policy/', ...ENGINE, 'node', 'cel/', 'diagnostic'],
    },

    // The command line: `cli` itself reads the verb, and every verb has a folder.
    'cli/terminal': { imports: ['policy/', ...ENGINE, 'node', 'flag', 'diagnostic'] },
    'cli/serve': { imports: ['cli/terminal', 'sidecar/server', 'flag'] },
    'cli/schema': { imports: ['cli/terminal', 'policy/'] },
    'cli/check': { imports: ['cli/terminal', 'sidecar/server', 'policy/', 'flag', 'diagnostic'] },
    'cli/effective': {
      imports: ['cli/terminal', 'tools/testing', 'policy/', ...ENGINE, 'flag', 'diagnostic'],
    },
    'cli/eval': {
      imports: [
        'cli/terminal',
        'tools/testing',
        'sidecar/audit',
        'policy/',
        ...ENGINE,
        'node',
        'cel/',
        'flag',
        'diagnostic',
      ],
    },
    'cli/fmt': { imports: ['cli/terminal', 'tools/format', 'policy/', 'flag', 'diagnostic'] },
    'cli/init': { imports: ['cli/terminal', 'sidecar/server', 'policy/', 'diagnostic'] },
    'cli/lsp': { imports: ['cli/terminal', 'sidecar/server', 'tools/editor', 'tools/testing', 'flag'] },
    'cli/report': { imports: ['cli/terminal', 'tools/testing', 'policy/', ...ENGINE, 'flag', 'diagnostic'] },
    'cli/test': {
      imports: [
        'cli/terminal',
        'tools/testing',
        'tools/coverage',
        'tools/mutation',
        'policy/',
        ...ENGINE,
        'flag',
        'node',
        'diagnostic',
      ],
    },
    cli: { imports: ['cli/', 'sidecar/server', 'flag'] },
    main: { imports: ['cli/'] },
  },
  packages: {
    // A JSON Schema's `pattern` meets hostile bodies as `matches` meets hostile headers: neither may backtrack.
    re2js: ['cel/regex', 'engine/schema'],
    jose: ['node', 'tools/testing'],
    'csv-parse/sync': ['policy/compile'],
    'lru-cache': ['engine/identity'],
    ajv: ['engine/schema'],
    'ajv-formats': ['engine/schema'],
    yaml: ['policy/yaml', 'tools/format'],
    '@grpc/grpc-js': ['sidecar/transport'],
    // Messages, not calls: the codecs in node; the descriptors that reflection shows in rpc.
    '@grpc/proto-loader': ['node', 'sidecar/rpc'],
    pino: ['sidecar/telemetry'],
    '@opentelemetry/': ['sidecar/telemetry'],
    commander: ['cli/'],
    // Lines and positions of the protocol, and the protocol itself.
    'vscode-languageserver': ['tools/editor'],
    'vscode-languageserver-textdocument': ['tools/editor'],
  },
  node: {
    // `lictor test --since` asks git itself: a revision may be written in every way that git knows.
    'node:child_process': ['cli/test'],
    'node:fs': ['policy/source', 'git', 'sidecar/audit', 'sidecar/server', 'tools/testing', 'cli/'],
    // In transport: the file of a Unix socket, its mode, and the one that a crash left behind.
    'node:fs/promises': [
      'policy/source',
      'sidecar/audit',
      'sidecar/transport',
      'sidecar/server',
      'tools/testing',
      'cli/',
    ],
    'node:http': ['sidecar/admin'],
    'node:net': ['sidecar/transport'],
    'node:os': ['sidecar/telemetry', 'sidecar/server', 'cli/test'],
    'node:process': ['sidecar/server', 'cli/terminal', 'main'],
    'node:stream': ['sidecar/audit', 'sidecar/server', 'tools/editor', 'cli/'],
    'node:stream/consumers': ['cli/fmt'],
    // Gives the loop back between the files of a long digest, and between the slices of a long compilation.
    'node:timers/promises': ['policy/source', 'sidecar/server'],
    // Git's own files are read without a library: objects, packs, the index of packs.
    'node:zlib': ['git'],
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
