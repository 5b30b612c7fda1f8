/**
 * The permitted imports: the table of the architecture page as data. `imports.test.ts` checks every file against it.
 * A change of the table is also a change of the page, which has the reasons.
 */
export interface ImportTable {
  /**
   * A row for every folder of `src` with files, by path. The row `main` is for `src/main.ts`; the rows `cel`, `policy`
   * and `cli` are for the files directly in these folders, the doors of their wings.
   */
  readonly folders: Readonly<Record<string, FolderRules>>;
  /** The only folders that may import a package and its subpaths, by package. `@scope/` means a whole scope. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
  /** The only folders that may import a module of Node, by module. */
  readonly node: Readonly<Record<string, readonly string[]>>;
  /** Modules of Node without I/O, permitted in every folder that is neither `portable` nor `sealed`. */
  readonly pure: readonly string[];
}

export interface FolderRules {
  /** Folders whose files may be imported; `cel/` means the whole wing, including its door. */
  readonly imports: readonly string[];
  /** Folders of which only types may be imported. */
  readonly types?: readonly string[];
  /** Uses no module and no global of Node, so that it runs in a browser and as a library. */
  readonly portable?: true;
  /** Portable, and without I/O, clock or randomness: everything is passed in. */
  readonly sealed?: true;
}

const ENGINE_PARTS = [
  'engine/request',
  'engine/identity',
  'engine/schema',
  'engine/openapi',
  'engine/protovalidate',
  'engine/grpc',
  'engine/limit',
];
const ENGINE = ['engine/'];

export const IMPORT_TABLE = {
  folders: {
    // Shared by all.
    diagnostic: { imports: [], portable: true },
    git: { imports: ['diagnostic'] },
    flag: { imports: [], portable: true },
    // Transparency logs: Merkle trees, signed notes, checkpoints, proofs.
    tlog: { imports: [] },
    // Descriptions of functions for another process. It knows RE2's classes, which both languages of patterns have.
    recipe: { imports: [], portable: true },
    // Implements what the engine takes as parameters, with Node's modules.
    node: { imports: ['recipe'], types: ['engine/'] },

    // The expression language.
    'cel/value': { imports: ['recipe'], portable: true },
    'cel/regex': { imports: ['cel/value', 'recipe'], portable: true },
    'cel/library': { imports: ['cel/value', 'cel/regex', 'recipe'], portable: true },
    'cel/syntax': { imports: ['cel/value', 'diagnostic'], portable: true },
    'cel/check': { imports: ['cel/value', 'cel/library', 'cel/syntax', 'diagnostic'], portable: true },
    'cel/interpret': {
      imports: ['cel/value', 'cel/library', 'cel/syntax', 'cel/check', 'recipe'],
      portable: true,
    },
    'cel/codegen': {
      imports: [
        'cel/value',
        'cel/regex',
        'cel/library',
        'cel/syntax',
        'cel/check',
        'cel/interpret',
        'recipe',
      ],
      portable: true,
    },
    cel: { imports: ['cel/', 'diagnostic'], portable: true },

    // Protobuf messages as values of expressions: what `cel/check` and `cel/value` declare, with descriptors.
    protobuf: { imports: ['cel/value', 'cel/library', 'recipe'], types: ['cel/check'], portable: true },

    // Deciding a request.
    'engine/request': { imports: [], portable: true },
    'engine/identity': { imports: ['engine/request'], portable: true },
    'engine/schema': { imports: ['cel/regex', 'engine/request', 'recipe'], portable: true },
    'engine/openapi': { imports: ['engine/schema', 'engine/request', 'recipe'], portable: true },
    // The rules of protovalidate are CEL, compiled as the expressions of policies are.
    'engine/protovalidate': { imports: ['cel/', 'protobuf', 'recipe'], portable: true },
    'engine/grpc': {
      imports: ['engine/protovalidate', 'engine/schema', 'engine/request', 'cel/value', 'protobuf', 'recipe'],
      portable: true,
    },
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
      imports: [
        'policy/language',
        'policy/yaml',
        'engine/set',
        ...ENGINE_PARTS,
        'cel/',
        'recipe',
        'diagnostic',
      ],
      portable: true,
    },
    'policy/lint': {
      imports: [
        'policy/compile',
        'policy/language',
        'policy/yaml',
        // An example of a warning is decided before it is shown.
        'engine/decision',
        'engine/set',
        ...ENGINE_PARTS,
        'cel/',
        'diagnostic',
      ],
      portable: true,
    },
    // A policy set as chunks for another process. It knows recipes, and nothing of what it sends.
    'policy/transfer': { imports: ['recipe'], portable: true },
    // Contents and changes of a folder, without knowledge of documents. The type of its bytes is from `policy/yaml`.
    'policy/source': { imports: ['engine/set', 'git', 'diagnostic'], types: ['policy/yaml'] },
    policy: {
      imports: [
        'policy/lint',
        'policy/compile',
        'policy/language',
        'policy/yaml',
        'engine/set',
        'engine/identity',
        'engine/grpc',
        'cel/',
        'diagnostic',
      ],
      portable: true,
    },

    // The sidecar process.
    'sidecar/socket': { imports: ['diagnostic'] },
    // The contract of a transport and its sockets; the transports; HTTP/2, which knows nothing of gRPC.
    'sidecar/transport': { imports: ['sidecar/socket', 'diagnostic'] },
    'sidecar/transport/http2/hpack': { imports: [] },
    'sidecar/transport/http2': { imports: ['sidecar/transport/http2/hpack'] },
    'sidecar/transport/native': { imports: ['sidecar/transport/http2', 'sidecar/transport', 'diagnostic'] },
    'sidecar/transport/grpc-js': { imports: ['sidecar/transport'] },
    'sidecar/rpc': { imports: ['sidecar/transport', 'engine/envoy', 'node'] },
    // The chain of a log, its tree and their recovery.
    'sidecar/audit/chain': { imports: ['sidecar/audit', 'tlog', 'engine/request', 'diagnostic'] },
    'sidecar/audit': { imports: [...ENGINE, 'diagnostic'] },
    'sidecar/telemetry': { imports: [...ENGINE, 'diagnostic'] },
    'sidecar/admin': {
      imports: ['sidecar/socket', 'sidecar/audit', 'sidecar/telemetry', ...ENGINE, 'diagnostic'],
    },
    // Decisions by another version of the policies, after the answer.
    'sidecar/candidate': { imports: [...ENGINE] },
    // Shared limits in Redis; its client is loaded with the first connection only.
    'sidecar/limit-redis': { imports: ['engine/limit', 'engine/request', 'diagnostic'] },
    // The process that reads and compiles policies, and its parent, which installs the result.
    'sidecar/loading': { imports: ['policy/', ...ENGINE, 'cel/', 'node', 'diagnostic'] },
    'sidecar/server': {
      imports: [
        'sidecar/socket',
        'sidecar/candidate',
        'sidecar/limit-redis',
        'sidecar/loading',
        'sidecar/transport',
        'sidecar/transport/native',
        'sidecar/transport/grpc-js',
        'sidecar/rpc',
        'sidecar/audit',
        'sidecar/audit/chain',
        'tlog',
        'sidecar/telemetry',
        'sidecar/admin',
        'policy/',
        ...ENGINE,
        'flag',
        'node',
        'diagnostic',
      ],
    },

    // Tools of authors, reviewers and editors, without sockets.
    'tools/format': { imports: ['policy/', 'cel/', 'diagnostic'] },
    // Foreign documents, read as JSON, as policy documents.
    'tools/import': { imports: ['policy/', ...ENGINE, 'cel/'] },
    'tools/import/istio': { imports: ['tools/import', ...ENGINE, 'cel/'] },
    'tools/import/openapi': { imports: ['tools/import', ...ENGINE] },
    // Of the sidecar, the table of settings and the form of addresses: the annotations of a pod are settings of `serve`.
    'tools/inject': {
      imports: ['sidecar/server', 'sidecar/socket', 'policy/', ...ENGINE, 'flag', 'diagnostic'],
    },
    'tools/mutation': { imports: ['policy/', 'cel/', 'diagnostic'] },
    'tools/coverage': { imports: ['policy/', ...ENGINE, 'cel/', 'diagnostic'] },
    'tools/testing': {
      imports: ['tools/coverage', 'sidecar/audit', 'policy/', ...ENGINE, 'node', 'cel/', 'diagnostic'],
    },
    // Recorded requests, decided by the limits of a folder.
    'tools/diff': { imports: ['tools/testing', 'policy/', ...ENGINE, 'cel/'] },
    'tools/limits': { imports: ['sidecar/audit', 'policy/', ...ENGINE, 'cel/'] },
    // Chained logs: verification, proofs, tiles, a witness; queries of records.
    'tools/audit': {
      imports: ['sidecar/audit', 'sidecar/audit/chain', 'tlog', ...ENGINE, 'cel/', 'diagnostic'],
    },
    'tools/editor': {
      imports: ['tools/format', 'tools/coverage', 'policy/', ...ENGINE, 'node', 'cel/', 'diagnostic'],
    },

    // The command line: `cli` reads the verb, and every verb has a folder.
    'cli/terminal': { imports: ['policy/', ...ENGINE, 'node', 'flag', 'diagnostic'] },
    'cli/serve': { imports: ['cli/terminal', 'sidecar/server', 'node', 'flag'] },
    'cli/schema': { imports: ['cli/terminal', 'policy/'] },
    'cli/completion': { imports: ['cli/terminal', 'flag', 'diagnostic'] },
    // Of `tools/editor`, the roots of policy folders.
    'cli/check': {
      imports: [
        'cli/terminal',
        'sidecar/server',
        'tools/editor',
        'policy/',
        ...ENGINE,
        'node',
        'flag',
        'diagnostic',
      ],
    },
    'cli/diff': { imports: ['cli/terminal', 'tools/diff', 'policy/', 'flag', 'diagnostic'] },
    'cli/effective': {
      imports: ['cli/terminal', 'tools/testing', 'policy/', ...ENGINE, 'flag', 'diagnostic'],
    },
    // Of `tools/editor`, the roots of policy folders.
    'cli/eval': {
      imports: [
        'cli/terminal',
        'tools/editor',
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
    'cli/explain': {
      imports: [
        'cli/terminal',
        'cli/eval',
        'tools/testing',
        'sidecar/audit',
        'policy/',
        'git',
        ...ENGINE,
        'flag',
        'diagnostic',
      ],
    },
    'cli/fmt': { imports: ['cli/terminal', 'tools/format', 'policy/', 'flag', 'diagnostic'] },
    'cli/import': {
      imports: [
        'cli/terminal',
        'tools/import/',
        'tools/format',
        'policy/',
        ...ENGINE,
        'node',
        'flag',
        'diagnostic',
      ],
    },
    'cli/gate': {
      imports: ['cli/terminal', 'sidecar/candidate', 'sidecar/server', 'policy/', 'flag', 'diagnostic'],
    },
    'cli/init': { imports: ['cli/terminal', 'sidecar/server', 'policy/', 'node', 'diagnostic'] },
    'cli/audit': {
      imports: [
        'cli/terminal',
        'cli/serve',
        'sidecar/server',
        'sidecar/socket',
        'tools/audit',
        'sidecar/audit',
        'sidecar/audit/chain',
        'tlog',
        'policy/',
        ...ENGINE,
        'flag',
        'diagnostic',
      ],
    },
    'cli/inject': { imports: ['cli/terminal', 'tools/inject', 'policy/', 'flag', 'diagnostic'] },
    'cli/limits': {
      imports: [
        'cli/terminal',
        'tools/limits',
        'tools/testing',
        'sidecar/audit',
        'policy/',
        ...ENGINE,
        'flag',
        'diagnostic',
      ],
    },
    'cli/lsp': {
      imports: ['cli/terminal', 'sidecar/server', 'tools/editor', 'tools/testing', 'node', 'flag'],
    },
    'cli/repl': {
      imports: [
        'cli/terminal',
        'cli/eval',
        'tools/testing',
        'policy/',
        ...ENGINE,
        'cel/',
        'flag',
        'diagnostic',
      ],
    },
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
    'cli/watch': { imports: ['cli/terminal', 'cli/check', 'cli/test', 'flag'] },
    // Of the sidecar, what an HTTPS server needs: addresses, connections, TLS files, the log, the pages for probes.
    'cli/webhook': {
      imports: [
        'cli/terminal',
        'cli/inject',
        'cli/serve',
        'sidecar/server',
        'sidecar/socket',
        'sidecar/transport',
        'sidecar/admin',
        'sidecar/telemetry',
        'tools/inject',
        'flag',
        'diagnostic',
      ],
      types: ['engine/'],
    },
    cli: { imports: ['cli/', 'sidecar/server', 'flag'] },
    main: { imports: ['cli/', 'sidecar/loading', 'node'] },
  },
  packages: {
    // `pattern` of JSON Schema and `matches` of CEL read hostile input, so neither may backtrack.
    re2js: ['cel/regex', 'engine/schema', 'recipe'],
    jose: ['tools/testing'],
    'csv-parse/sync': ['policy/compile'],
    'lru-cache': ['engine/identity'],
    '@bufbuild/protobuf': ['protobuf', 'engine/protovalidate', 'engine/grpc'],
    '@bufbuild/protovalidate': ['engine/protovalidate'],
    ajv: ['engine/schema'],
    'ajv-draft-04': ['engine/schema'],
    'ajv-formats': ['engine/schema'],
    // In `inject`: the text of what is added to manifests.
    yaml: ['policy/yaml', 'tools/format', 'tools/inject'],
    '@grpc/grpc-js': ['sidecar/transport/grpc-js'],
    // Messages, not calls: the codecs in node; the descriptors that reflection shows in rpc.
    '@grpc/proto-loader': ['node', 'sidecar/rpc'],
    '@opentelemetry/': ['sidecar/telemetry'],
    ioredis: ['sidecar/limit-redis'],
    commander: ['cli/'],
    // The protocol, and its lines and positions.
    'vscode-languageserver': ['tools/editor'],
    'vscode-languageserver-textdocument': ['tools/editor'],
  },
  node: {
    // `lictor test --since` runs git, which alone knows all forms of a revision.
    // In `loading`: a thread could neither be ended in a system call nor run out of memory alone.
    'node:child_process': ['cli/test', 'sidecar/loading'],
    'node:fs': [
      'policy/source',
      'git',
      'sidecar/audit',
      'sidecar/audit/chain',
      'sidecar/loading',
      'sidecar/server',
      'tools/testing',
      'cli/',
    ],
    // In `socket`: the file of a Unix socket, its mode, and a leftover file of a crashed process.
    'node:fs/promises': [
      'policy/source',
      'sidecar/audit',
      'sidecar/audit/chain',
      'sidecar/socket',
      'sidecar/server',
      'tools/testing',
      'cli/',
    ],
    // In `node`: fetching keys.
    'node:http': ['sidecar/admin', 'node', 'cli/audit', 'cli/webhook'],
    'node:https': ['node', 'cli/webhook'],
    // In `audit`: a named pipe as a stream. In `loading`: the pipes to the other process. In `node`: addresses.
    'node:net': [
      'sidecar/socket',
      'sidecar/transport',
      'sidecar/transport/grpc-js',
      'sidecar/admin',
      'sidecar/audit',
      'sidecar/loading',
      'node',
    ],
    'node:dns': ['node'],
    'node:tls': ['sidecar/transport', 'sidecar/server'],
    'node:dns/promises': ['sidecar/socket'],
    'node:os': [
      'sidecar/telemetry',
      'sidecar/loading',
      'sidecar/server',
      'cli/serve',
      'cli/repl',
      'cli/test',
    ],
    'node:process': ['sidecar/server', 'cli/terminal', 'main'],
    'node:stream': [
      'node',
      'cli/limits',
      'sidecar/transport/http2',
      'sidecar/audit',
      'sidecar/telemetry',
      'sidecar/loading',
      'sidecar/server',
      'tools/editor',
      'cli/',
    ],
    'node:readline': ['cli/repl'],
    'node:stream/consumers': ['cli/fmt'],
    // Yields to the event loop between the files of a long digest and the slices of a long compilation.
    'node:timers/promises': [
      'policy/source',
      'sidecar/loading',
      'sidecar/server',
      'cli/gate',
      'cli/serve',
      'cli/webhook',
    ],
    // The memory that is left for a policy set; the sizes of the generations of the heap.
    'node:v8': ['node', 'sidecar/loading'],
    // The thread that ends a loading process with its parent.
    'node:worker_threads': ['cli/test', 'sidecar/loading'],
    // V8's compiled form of long generated code; a collection of garbage on request.
    'node:vm': ['node'],
    // Objects, packs and pack indexes of git are read without a library; calls of gRPC may be compressed, and in `node`
    // so may fetched keys. In `audit`: decision logs that are read.
    'node:zlib': ['sidecar/audit', 'git', 'node', 'sidecar/transport/native'],
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
