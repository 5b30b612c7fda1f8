import { type Paint, painter } from '../../diagnostic/paint.ts';
import { joinLines } from '../../diagnostic/printable.ts';
import { STEPS, type Step } from '../../engine/decision/trace.ts';
import { canonicalPath } from '../../engine/request/canonical-path.ts';
import { hasPort, normalizeHost } from '../../engine/request/host.ts';
import { mismatch } from '../../engine/set/match.ts';
import type { CompiledMatch, CompiledPolicy, SourceLocation } from '../../engine/set/policy-set.ts';
import { callersText } from '../../tools/testing/caller-text.ts';
import {
  entryText,
  jwtText,
  limitText,
  mtlsText,
  namedPeersText,
  oneLine,
  rulesOf,
  valueText,
} from '../../tools/testing/match-text.ts';
import {
  type PossibleChange,
  possibleChanges,
  RESPONSE_CHANGES,
} from '../../tools/testing/response-changes.ts';
import { schemaText } from '../../tools/testing/schema-text.ts';
import { complain } from '../terminal/complain.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { shownPath } from '../terminal/policy-folder.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';
import { locationsIn, openValidFolder, type ValidFolder } from '../terminal/valid-folder.ts';
import type { EffectiveOptions } from './flags.ts';

const TITLES = {
  policies: 'policies',
  required_headers: 'required headers',
  first_limits: 'limits before authentication',
  authentication: 'authentication',
  deny_rules: 'deny rules',
  allow_rules: 'allow rules',
  schemas: 'schemas',
  limits: 'limits',
  response: 'response',
} as const satisfies Record<Step, string>;

/** One part of a policy that governs the request. */
interface Governing {
  readonly step: Step;
  readonly policy: string;
  /** Name of the rule or limit, empty for what has none. */
  readonly name: string;
  readonly mode: CompiledPolicy['mode'];
  readonly source: SourceLocation;
  /** Requirement, as a phrase. */
  readonly text: string;
  /** CEL conditions that must all be true for the part to apply. */
  readonly when: readonly string[];
}

interface Subject {
  readonly host: string;
  readonly method: string | undefined;
  readonly path: string;
}

/** `lictor effective DIR`: prints what governs requests to a host and path, in order of evaluation. */
export async function effective(
  dir: string,
  options: EffectiveOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const usage = (problem: string, code: ExitCode = EXIT.usage): ExitCode => {
    complain(terminal, 'effective', problem);
    return code;
  };
  const folder = await openValidFolder(dir, terminal, options.environment ?? '');
  if ('problem' in folder) return usage(folder.problem, folder.code);
  const path = canonicalPath(options.path, options.method ?? (options.path === '' ? 'CONNECT' : ''));
  const subject = { host: normalizeHost(options.host), method: options.method, path: path.path };
  if (hasPort(options.host))
    terminal.stderr.write('note: hosts are compared without a port; that of `--host` has no effect\n');
  const found = folder.set.policies.flatMap((policy) => governing(policy, subject, folder));
  const sorted = STEPS.flatMap((step) => found.filter((each) => each.step === step));
  const shown = (file: string): string => shownPath(file, dir, terminal);
  const paint = painter(isColourful(terminal.stdout, terminal.environment));
  const note =
    path.ambiguous === undefined
      ? undefined
      : `the path has ${path.ambiguous}: denied unless every policy has \`paths: {ambiguous: allow}\``;
  terminal.stdout.write(
    options.output === 'json'
      ? json(sorted, subject, note, shown)
      : human(sorted, subject, note, shown, paint),
  );
  return sorted.some(({ mode }) => mode === 'enforce') ? EXIT.fine : EXIT.fails;
}

/** Parts of one policy that can apply to the request. */
function governing(policy: CompiledPolicy, subject: Subject, folder: ValidFolder): Governing[] {
  const selecting = fitting(policy.match, subject);
  if (selecting === undefined) return [];
  const { name: of, mode, source } = policy;
  const places = locationsIn(folder, source);
  const found: Governing[] = [];
  const add = (
    step: Step,
    name: string,
    at: SourceLocation,
    text: string,
    when: readonly string[] = [],
    own = mode,
  ): void => void found.push({ step, policy: of, name, mode: own, source: at, text, when });

  add('policies', '', source, selecting.text, selecting.when);
  if (policy.requiredHeaders.length > 0) {
    const text = `a value in each of ${policy.requiredHeaders.join(', ')}`;
    add('required_headers', '', places?.requireHeaders ?? source, text);
  }
  for (const limit of policy.firstLimits) {
    const at = places?.limit(limit.name) ?? source;
    add('first_limits', limit.name, at, limitText(limit), conditions(limit));
  }
  if (policy.mtls !== undefined) add('authentication', '', places?.mtls ?? source, mtlsText(policy.mtls));
  if (policy.namedPeers !== undefined) {
    const others = folder.set.policies.filter(({ match }) => fitting(match, subject) !== undefined);
    add('authentication', '', source, namedPeersText(policy.namedPeers, others));
  }
  if (policy.jwt !== undefined) add('authentication', '', places?.jwt ?? source, jwtText(policy.jwt));
  if (policy.callers !== undefined) {
    add('authentication', '', places?.from ?? source, `from ${callersText(policy.callers)}`);
  }
  for (const { effect, rule, mode: own } of rulesOf(policy)) {
    const fits = fitting(rule.match, subject);
    if (fits === undefined) continue;
    const step = effect === 'deny' ? 'deny_rules' : 'allow_rules';
    const end = rule.expires === undefined ? '' : `, until ${new Date(rule.expires).toISOString()}`;
    const callers = rule.callers === undefined ? '' : `, from ${callersText(rule.callers)}`;
    const when = [...fits.when, ...conditions(rule)];
    add(step, rule.name, rule.source, fits.text + callers + end, when, own);
  }
  for (const [index, schema] of policy.schemas.entries()) {
    const fits = fitting(schema.match, subject);
    if (fits === undefined) continue;
    const text = `${schemaText(schema, subject)} (${fits.text})`;
    add('schemas', '', places?.schema(index) ?? source, text, fits.when);
  }
  for (const limit of policy.lastLimits) {
    add('limits', limit.name, places?.limit(limit.name) ?? source, limitText(limit), conditions(limit));
  }
  for (const each of possibleChanges(policy.respond)) {
    const at = places?.[RESPONSE_CHANGES[each.change].to] ?? source;
    add('response', '', at, changeText(each));
  }
  return found;
}

function changeText({ change, name, value }: PossibleChange): string {
  const what = `${RESPONSE_CHANGES[change].text} ${name}`;
  if (value === undefined) return what;
  return `${what} = ${valueText(value)}`;
}

function conditions({ when }: Pick<CompiledMatch, 'when'>): readonly string[] {
  return when === undefined ? [] : [oneLine(when.source)];
}

/** The entries that can select the request; undefined if none can. Several entries with conditions are alternatives. */
function fitting(
  match: readonly CompiledMatch[],
  subject: Subject,
): { readonly text: string; readonly when: readonly string[] } | undefined {
  if (match.length === 0) return { text: 'every request', when: [] };
  const entries = match.filter((entry) => mismatch(entry, subject) === undefined);
  if (entries.length === 0) return undefined;
  const text = entries.map(entryText).join('; or ');
  const when = entries.flatMap(conditions);
  // An entry without a condition selects the request in any case.
  if (when.length < entries.length) return { text, when: [] };
  return { text, when: when.length < 2 ? when : [when.map((each) => `(${each})`).join(' || ')] };
}

function human(
  found: readonly Governing[],
  { host, method, path }: Subject,
  note: string | undefined,
  shown: (file: string) => string,
  paint: Paint,
): string {
  const out = [`${method ?? 'any method'} ${host}${path}`, ...(note === undefined ? [] : [note]), ''];
  if (found.length === 0) return `${joinLines([...out, 'no policy governs this: denied with no_policy'])}\n`;
  for (const [index, step] of STEPS.entries()) {
    const here = found.filter((each) => each.step === step);
    if (here.length === 0) continue;
    out.push(paint('bold', `${index + 1}. ${TITLES[step]}`));
    for (const { policy, name, mode, source, text, when } of here) {
      const label = `${policy}${name === '' ? '' : `/${name}`}${mode === 'shadow' ? ' (shadow)' : ''}`;
      out.push(`   ${label}  ${text}  ${paint('dim', `${shown(source.file)}:${source.line}`)}`);
      for (const condition of when) out.push(`      when ${condition}`);
    }
    out.push('');
  }
  const enforcing = found.filter(({ mode }) => mode === 'enforce');
  if (enforcing.length === 0) out.push('only shadow policies select this: denied with no_policy', '');
  else if (!enforcing.some(({ step }) => step === 'allow_rules')) {
    out.push('no allow rule can match: denied with no_rule unless an earlier step denies', '');
  }
  return `${joinLines(out).trimEnd()}\n`;
}

function json(
  found: readonly Governing[],
  { host, method, path }: Subject,
  note: string | undefined,
  shown: (file: string) => string,
): string {
  const governed = found.map(({ source, ...rest }) => ({
    ...rest,
    file: shown(source.file),
    line: source.line,
  }));
  return `${JSON.stringify({ host, method: method ?? null, path, note: note ?? null, governed }, null, 2)}\n`;
}
