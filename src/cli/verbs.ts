import type { Flags, ValuesOf } from '../flag/flag.ts';
import { readFlags } from '../flag/read-flags.ts';
import { AUDIT_ACTIONS } from './audit/actions.ts';
import { AUDIT_FLAGS } from './audit/flags.ts';
import { CHECK_FLAGS } from './check/flags.ts';
import { SHELLS } from './completion/shells.ts';
import { DIFF_FLAGS } from './diff/flags.ts';
import { EFFECTIVE_FLAGS } from './effective/flags.ts';
import { EVAL_FLAGS } from './eval/flags.ts';
import { EXPLAIN_FLAGS } from './explain/flags.ts';
import { FMT_FLAGS } from './fmt/flags.ts';
import { GATE_FLAGS } from './gate/flags.ts';
import { IMPORT_FLAGS } from './import/flags.ts';
import { SOURCES } from './import/sources.ts';
import { INJECT_FLAGS } from './inject/flags.ts';
import { LIMIT_ACTIONS } from './limits/actions.ts';
import { LIMITS_FLAGS } from './limits/flags.ts';
import { LSP_FLAGS } from './lsp/flags.ts';
import { REPL_FLAGS } from './repl/flags.ts';
import { REPORT_FLAGS } from './report/flags.ts';
import { SERVE_FLAGS } from './serve/flags.ts';
import { complain } from './terminal/complain.ts';
import { EXIT, type ExitCode } from './terminal/exit-code.ts';
import type { Terminal } from './terminal/terminal.ts';
import type { Argument, Verb } from './terminal/verb.ts';
import { TEST_FLAGS } from './test/flags.ts';
import { WATCH_FLAGS } from './watch/flags.ts';
import { WEBHOOK_FLAGS } from './webhook/flags.ts';

interface VerbRow<F extends Flags> extends Omit<Verb, 'call'> {
  readonly flags: F;
  /** Imports the module of the verb, so that `--help` does not load a gRPC server. */
  readonly run: (args: readonly string[], options: ValuesOf<F>, terminal: Terminal) => Promise<ExitCode>;
}

const POLICY_FOLDER: Argument = {
  usage: '[dir]',
  doc: 'the policy folder (default: the current folder)',
  completes: 'folders',
};

/** The verbs of the command line, in the order of `--help`. */
export const VERBS: readonly Verb[] = [
  {
    name: 'serve',
    doc: 'run the sidecar, which answers the authorization checks of Envoy',
    flags: SERVE_FLAGS,
    examples: ['lictor serve --policies ./policies --listen unix:/run/lictor/authz.sock'],
    call: async (_, given, terminal) => (await import('./serve/serve.ts')).serve(given, terminal),
  },
  verb({
    name: 'check',
    argument: {
      usage: '[path]',
      doc: 'the policy folder, or one of its files; `-` reads standard input (default: the current folder)',
      completes: 'files',
    },
    doc: 'compile a policy folder and print every mistake with its position',
    flags: CHECK_FLAGS,
    examples: [
      'lictor check policies',
      'lictor check policies --strict --output github',
      'lictor check policies/orders.yaml',
      'lictor check policies --fix',
      'lictor check - < policies/orders.yaml',
    ],
    run: async ([path = '.'], options, terminal) =>
      (await import('./check/check.ts')).check(path, options, terminal),
  }),
  verb({
    name: 'test',
    argument: POLICY_FOLDER,
    doc: 'run the PolicyTests of a folder through the code of the server',
    flags: TEST_FLAGS,
    examples: [
      'lictor test policies',
      'lictor test policies --filter expired',
      'lictor test policies --coverage --min-coverage 100',
      'lictor test policies --mutate --since main',
    ],
    run: async ([dir = '.'], options, terminal) =>
      (await import('./test/test.ts')).test(dir, options, terminal),
  }),
  verb({
    name: 'watch',
    argument: POLICY_FOLDER,
    doc: 'check and test a folder after each change, until it is interrupted',
    flags: WATCH_FLAGS,
    examples: ['lictor watch policies', 'lictor watch policies --filter orders'],
    run: async ([dir = '.'], options, terminal) =>
      (await import('./watch/watch.ts')).watch(dir, options, terminal),
  }),
  verb({
    name: 'fmt',
    argument: {
      usage: '[path...]',
      doc: 'files and folders; `-` reads standard input (default: the current folder)',
      completes: 'files',
    },
    doc: 'format policy files in place; their meaning never changes',
    flags: FMT_FLAGS,
    examples: ['lictor fmt policies', 'lictor fmt --check', 'lictor fmt - < policy.yaml'],
    run: async (paths, options, terminal) =>
      (await import('./fmt/fmt.ts')).fmt(paths, options, terminal, process.stdin),
  }),
  verb({
    name: 'schema',
    doc: 'print a JSON Schema of policy documents, for editors',
    flags: {},
    examples: ['lictor schema > lictor.schema.json'],
    run: async (_, __, terminal) => (await import('./schema/schema.ts')).schema(terminal),
  }),
  verb({
    name: 'eval',
    argument: {
      ...POLICY_FOLDER,
      doc: 'the policy folder (default: the one with a lictor.yaml around the current folder, or the current one)',
    },
    doc: 'decide one request and explain the decision, expression by expression',
    flags: EVAL_FLAGS,
    examples: [
      'lictor eval policies --host orders.acme.svc --path /api/orders/42 --issuer acme --claim scope=orders:read',
      'tail -n 1 decisions.jsonl | lictor eval policies --record -',
      'lictor eval --expression \'request.url_path.startsWith("/api")\' --path /api/orders',
    ],
    run: async ([dir], options, terminal) =>
      (await import('./eval/eval.ts')).evaluate(dir, options, terminal),
  }),
  verb({
    name: 'repl',
    argument: {
      ...POLICY_FOLDER,
      doc: 'the policy folder (default: the one with a lictor.yaml around the current folder, or none)',
    },
    doc: 'evaluate expressions over a request, one line after the other',
    flags: REPL_FLAGS,
    examples: [
      'lictor repl policies --host orders.acme.svc --path /api/orders/42 --issuer acme --claim tenant=acme',
      'lictor repl < expressions.txt',
    ],
    run: async ([dir], options, terminal) =>
      (await import('./repl/repl.ts')).repl(dir, options, terminal, process.stdin),
  }),
  verb({
    name: 'effective',
    argument: POLICY_FOLDER,
    doc: 'list what governs requests to a host and path, in order of evaluation',
    flags: EFFECTIVE_FLAGS,
    examples: ['lictor effective policies --host orders.acme.svc --path /api/orders'],
    run: async ([dir = '.'], options, terminal) =>
      (await import('./effective/effective.ts')).effective(dir, options, terminal),
  }),
  verb({
    name: 'explain',
    argument: { usage: '<decision_id>', doc: 'the ID of a recorded decision, as in `x-lictor-decision-id`' },
    doc: 'explain a recorded decision at exactly the commit that made it',
    flags: EXPLAIN_FLAGS,
    examples: ['lictor explain 0192f0c1-2d3e-7a4b-8c5d-6e7f80910a1b --log decisions.jsonl --repo policies'],
    run: async ([id = ''], options, terminal) =>
      (await import('./explain/explain.ts')).explainDecision(id, options, terminal, process.stdin),
  }),
  verb({
    name: 'diff',
    argument: {
      usage: '<old>',
      doc: 'the version before: a branch, tag or commit of the repository, or a folder',
      next: {
        usage: '<new>',
        doc: 'the version after, likewise',
        next: {
          usage: '[dir]',
          doc: 'the policy folder in the repository (default: `policies` of the current folder, or the current one)',
          completes: 'folders',
        },
      },
    },
    doc: 'show what a change of policy changes: text, tests, and requests that it answers otherwise',
    flags: DIFF_FLAGS,
    examples: [
      'lictor diff main HEAD policies',
      'lictor diff v1.2 ./policies --fail-on newly-allowed',
      'lictor diff origin/main HEAD --output markdown > comment.md',
    ],
    run: async ([before = '', after = '', dir], options, terminal) =>
      (await import('./diff/diff.ts')).diff([before, after], dir, options, terminal),
  }),
  verb({
    name: 'limits',
    argument: {
      usage: '<action>',
      doc: `what to do: ${LIMIT_ACTIONS.join(', ')}`,
      completes: LIMIT_ACTIONS,
      next: POLICY_FOLDER,
    },
    doc: 'try the limits of a folder on recorded traffic',
    flags: LIMITS_FLAGS,
    examples: [
      'lictor limits what-if policies --log decisions.jsonl',
      'lictor limits what-if policies --log decisions-1.jsonl.gz --log decisions-2.jsonl.gz --output json',
    ],
    run: async ([action = '', dir = '.'], options, terminal) =>
      (await import('./limits/limits.ts')).limits(action, dir, options, terminal, process.stdin),
  }),
  verb({
    name: 'audit',
    argument: {
      usage: '<action>',
      doc: `what to do: ${AUDIT_ACTIONS.join(', ')}`,
      completes: AUDIT_ACTIONS,
      next: {
        usage: '[path...]',
        doc: 'logs of `serve --audit`, plain or compressed by gzip or zstd; `-` reads standard input',
        completes: 'files',
      },
    },
    doc: 'verify and query decision logs',
    flags: AUDIT_FLAGS,
    examples: [
      'lictor audit key --name audit.acme.example/orders --out audit.key > audit.pub',
      'lictor audit verify decisions*.jsonl --keys audit.pub',
      'lictor audit prove 0192f0c1-2d3e-7a4b-8c5d-6e7f80910a1b --log decisions.jsonl > decision.tlog-proof',
      `lictor audit query decisions.jsonl --since 1h --where 'decision == "deny"' --count-by policy,rule,reason`,
    ],
    run: async ([action = '', ...paths], options, terminal) =>
      (await import('./audit/audit.ts')).audit(action, paths, options, terminal, process.stdin),
  }),
  verb({
    name: 'gate',
    doc: 'wait while sidecars judge a candidate; fail if it decides too much in another way',
    flags: GATE_FLAGS,
    examples: [
      'lictor gate --status http://10.0.0.5:9192 http://10.0.0.6:9192 --for 10m --max-newly-denied 0.001',
      'lictor gate --prometheus http://prometheus:9090 --selector \'namespace="shop"\' --for 30m --output json',
    ],
    run: async (_, options, terminal) => (await import('./gate/gate.ts')).gate(options, terminal),
  }),
  verb({
    name: 'report',
    argument: POLICY_FOLDER,
    doc: 'list compliance controls with their policies, rules and tests',
    flags: REPORT_FLAGS,
    examples: ['lictor report policies', 'lictor report policies --output csv > controls.csv'],
    run: async ([dir = '.'], options, terminal) =>
      (await import('./report/report.ts')).report(dir, options, terminal),
  }),
  verb({
    name: 'init',
    argument: {
      usage: '<dir>',
      doc: 'the folder to write to: empty, or not there yet',
      completes: 'folders',
    },
    doc: 'write a new policy repository: policies, tests, editor settings, pipelines',
    flags: {},
    examples: ['lictor init policies'],
    run: async ([dir = '.'], _, terminal) => (await import('./init/init.ts')).init(dir, terminal),
  }),
  verb({
    name: 'import',
    argument: {
      usage: '<source>',
      doc: `the kind of the file: ${SOURCES.join(', ')}`,
      completes: SOURCES,
      next: {
        usage: '<file>',
        doc: 'the file; `-` reads standard input',
        completes: 'files',
      },
    },
    doc: 'make policies and their test from the documents of other products',
    flags: IMPORT_FLAGS,
    examples: [
      'lictor import istio authorization-policies.yaml',
      'lictor import openapi openapi.yaml --out policies/orders',
      'lictor import opa-data data.json',
    ],
    run: async ([source = '', file = ''], options, terminal) =>
      (await import('./import/import.ts')).importFile(source, file, options, terminal),
  }),
  verb({
    name: 'inject',
    argument: {
      usage: '<path...>',
      doc: 'manifests of Kubernetes, and folders of them; `-` reads standard input',
      completes: 'files',
    },
    doc: 'add the sidecar to the workloads of Kubernetes manifests',
    flags: INJECT_FLAGS,
    examples: [
      'lictor inject deployment.yaml --set policies=configmap:orders-policies | kubectl apply -f -',
      'kubectl get deployment orders -o yaml | lictor inject - | kubectl apply -f -',
      'lictor inject --write k8s/',
      'lictor inject --check k8s/',
    ],
    run: async (paths, options, terminal) =>
      (await import('./inject/inject.ts')).inject(paths, options, terminal),
  }),
  verb({
    name: 'webhook',
    doc: 'add the sidecar to new pods of a cluster, as its admission webhook',
    flags: WEBHOOK_FLAGS,
    examples: [
      'lictor webhook --listen 0.0.0.0:8443 --tls-cert /tls/tls.crt --tls-key /tls/tls.key --set policies=configmap:policies',
    ],
    run: async (_, options, terminal) => (await import('./webhook/webhook.ts')).webhook(options, terminal),
  }),
  verb({
    name: 'lsp',
    doc: 'run a language server for editors, over standard input and output',
    flags: LSP_FLAGS,
    examples: ['lictor lsp', 'lictor lsp --policies ./policies'],
    run: async (_, options, terminal) => (await import('./lsp/lsp.ts')).lsp(options, terminal),
  }),
  verb({
    name: 'completion',
    argument: { usage: '<shell>', doc: `the shell: ${SHELLS.join(', ')}`, completes: SHELLS },
    doc: 'print a script that completes verbs, flags and their values in a shell',
    flags: {},
    examples: [
      'source <(lictor completion bash)',
      'lictor completion zsh > "${fpath[1]}/_lictor"',
      'lictor completion fish > ~/.config/fish/completions/lictor.fish',
    ],
    run: async ([shell = ''], _, terminal) =>
      (await import('./completion/completion.ts')).completion(shell, VERBS, terminal),
  }),
];

/** A verb that is called with its flags parsed; problems with them are reported here. */
function verb<F extends Flags>({ run, ...row }: VerbRow<F>): Verb {
  return {
    ...row,
    call: async (args, given, terminal) => {
      const read = readFlags(row.flags, [given]);
      if (read.problems === undefined) return run(args, read.values, terminal);
      complain(terminal, row.name, ...read.problems);
      return EXIT.usage;
    },
  };
}
