import { createEnvironment, type Environment, extendEnvironment } from '../../cel/check/environment.ts';
import { compile } from '../../cel/compile.ts';
import { diagnose } from '../../diagnostic/collect.ts';
import { Lines } from '../../diagnostic/lines.ts';
import { painter } from '../../diagnostic/paint.ts';
import { joinLines } from '../../diagnostic/printable.ts';
import { renderDiagnostic } from '../../diagnostic/render.ts';
import { PolicyActivation } from '../../engine/decision/activation.ts';
import type { Caller } from '../../engine/decision/identities.ts';
import { RequestContext } from '../../engine/decision/request-context.ts';
import { NAMES } from '../../engine/request/names.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import { ADDED_FUNCTIONS } from '../../policy/compile/added-functions.ts';
import { declareData } from '../../policy/compile/compile-data.ts';
import { servicesOfSet } from '../../policy/compile-folder.ts';
import { evaluateWithParts, failed } from '../../tools/testing/evaluation.ts';
import { prepareRequest } from '../../tools/testing/simulate.ts';
import type { SimulationRequest } from '../../tools/testing/simulation-request.ts';
import { valueText } from '../../tools/testing/value-text.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';
import { type EvalOptions, settingsOf } from './flags.ts';
import { evaluationJson, treeLines } from './tree.ts';

/** The parts of a folder that an expression can read. */
export type FolderOfExpression = Pick<PolicySet, 'policies' | 'issuers' | 'data' | 'env' | 'revisionText'>;

/** Values without a folder. */
export const NO_FOLDER: FolderOfExpression = {
  policies: [],
  issuers: new Map(),
  data: {},
  env: {},
  revisionText: '',
};

const NO_POLICY = { name: '', params: {}, variables: new Map() };

/** The names of requests, and those of the folder's datasets and environment. */
export function environmentOf({ data, env }: FolderOfExpression): Environment {
  let environment = createEnvironment(NAMES, ADDED_FUNCTIONS);
  for (const [root, values] of Object.entries({ data, env })) {
    const names = Object.entries(values).map(
      ([name, value]) => [name, declareData(value).declaration] as const,
    );
    if (names.length > 0) environment = extendEnvironment(environment, root, new Map(names));
  }
  return environment;
}

/** Result of an expression: its value, apart from false; an error of the evaluation; not an expression at all. */
export type Verdict = 'value' | 'false' | 'failed' | 'invalid';

const EXIT_CODES = {
  value: EXIT.fine,
  false: EXIT.fails,
  failed: EXIT.fails,
  invalid: EXIT.usage,
} as const satisfies Record<Verdict, ExitCode>;

/** Evaluates the expression of `--expression`. Exit code 1 if it fails or is false. */
export async function evaluateExpression(
  source: string,
  simulation: SimulationRequest,
  set: FolderOfExpression,
  options: EvalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  return EXIT_CODES[await showExpression(source, '--expression', { simulation, set, options, terminal })];
}

/** Request, folder and output of an expression. */
export interface ExpressionScope {
  readonly simulation: SimulationRequest;
  readonly set: FolderOfExpression;
  readonly options: EvalOptions;
  readonly terminal: Terminal;
}

/**
 * Evaluates one expression over a request and shows the value of each part. `jwt` is the token as verified by the
 * issuers of the folder. `shown` is the place of the expression in messages.
 */
export async function showExpression(
  source: string,
  shown: string,
  { simulation, set, options, terminal }: ExpressionScope,
): Promise<Verdict> {
  const { program, problems } = compile(source, environmentOf(set), {
    result: ['dyn'],
    allowOptional: true,
  });
  if (program === undefined) {
    const lines = new Lines(source);
    const colour = isColourful(terminal.stderr, terminal.environment);
    const rendered = problems.map(({ code, start, end, message, help }) => {
      const span = { file: shown, start: lines.position(start), end: lines.position(end) };
      return `${renderDiagnostic(diagnose(code, span, message, help), lines, { colour })}\n`;
    });
    terminal.stderr.write(rendered.join('\n'));
    return 'invalid';
  }
  const prepared = await prepareRequest(simulation, set, settingsOf(options));
  const context = new RequestContext(prepared.attributes, prepared.now, set, prepared.services);
  const { token, denial } = await prepared.services.tokens.verify(
    prepared.attributes,
    [...set.issuers.values()],
    prepared.now,
  );
  const evaluation = evaluateWithParts(
    program,
    new PolicyActivation(
      context,
      { ...NO_POLICY, services: servicesOfSet(set.policies) },
      token,
      callerOf(context),
    ),
    'value',
  );
  const { outcome } = evaluation;
  const refused = denial === undefined || denial.reason === 'token_missing' ? undefined : denial;
  if (options.output === 'json') {
    const json = { ...evaluationJson(evaluation, prepared.secrets), token_denied: refused?.reason ?? null };
    terminal.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
  } else {
    const paint = painter(isColourful(terminal.stdout, terminal.environment));
    const view = failed(outcome)
      ? paint('red', `failed: ${outcome.message}`)
      : valueText(outcome, prepared.secrets);
    const note =
      refused === undefined ? [] : [`${paint('yellow', 'note')}: ${refused.reason}: ${refused.detail}`];
    const tree = treeLines(evaluation, { paint, secrets: prepared.secrets, indent: 0 });
    // A name or a literal has no other part than itself.
    const parts = tree.length > 1 ? ['', ...tree] : [];
    terminal.stdout.write(`${joinLines([view, ...note, ...parts])}\n`);
  }
  if (failed(outcome)) return 'failed';
  return outcome === false ? 'false' : 'value';
}

/** The peer as a policy with `mtls` would accept it: the one that trusted proxies report, if there is one. */
function callerOf({ forwardedPeer, peer }: RequestContext): Caller | undefined {
  if (forwardedPeer.principal) return { principal: forwardedPeer.principal, via: 'xfcc' };
  return peer.principal ? { principal: peer.principal, via: 'connection' } : undefined;
}
