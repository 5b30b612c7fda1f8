import type { SignatureHelp, SignatureInformation } from 'vscode-languageserver';
import type { Environment } from '../../cel/check/environment.ts';
import type { Overload } from '../../cel/library/function.ts';
import { openExpression } from '../../cel/syntax/parse-text.ts';
import { scan } from '../../cel/syntax/scan.ts';
import type { Token } from '../../cel/syntax/token.ts';
import { formatType } from '../../cel/value/type.ts';
import { macroOf } from './describe.ts';
import { expressionSite } from './expression-site.ts';
import { markedNode } from './marked-node.ts';
import { MARKER } from './proposal.ts';
import type { Site } from './workspace.ts';

/** A call that is being written. */
interface OpenCall {
  /** Name with all that is before its dots, such as `math.greatest` or `request.path.startsWith`. */
  readonly dotted: string;
  /** Its last part. */
  readonly name: string;
  /** True if a dot precedes the name. */
  readonly isAfterDot: boolean;
  /** Index of the argument at the cursor. */
  readonly argument: number;
}

/** The signatures of the call around an offset, with the argument that is being written; null outside of calls. */
export function signatureHelp(site: Site, offset: number): SignatureHelp | null {
  const node = markedNode(site.file, offset);
  if (node?.kind !== 'value' || node.tree.kind !== 'scalar') return null;
  const { tree, owner, shape } = node;
  if (shape?.kind !== 'expression' && shape?.kind !== 'text') return null;
  const environment = expressionSite(tree, owner, site.folder, shape.kind)?.environment;
  const source = String(tree.value);
  const before = source.slice(0, source.indexOf(MARKER));
  const from = shape.kind === 'text' ? openExpression(before) : 0;
  if (from === undefined) return null;
  const call = openCall(scan(before, { from }).tokens);
  if (environment === undefined || call === undefined) return null;
  const inNamespace = signaturesOf(call.dotted, environment, () => true);
  const signatures =
    inNamespace.length > 0 && call.dotted !== call.name
      ? inNamespace
      : signaturesOf(call.name, environment, ({ isMethod }) => isMethod === call.isAfterDot);
  if (signatures.length === 0) return null;
  const fits = ({ parameters = [] }: SignatureInformation): boolean => parameters.length > call.argument;
  return {
    signatures: [...signatures],
    activeSignature: Math.max(0, signatures.findIndex(fits)),
    activeParameter: call.argument,
  };
}

/** The innermost call whose parenthesis is not closed. */
function openCall(tokens: readonly Token[]): OpenCall | undefined {
  let depth = 0;
  let argument = 0;
  for (const [index, { kind, text }] of [...tokens.entries()].toReversed()) {
    if (kind !== 'mark') continue;
    if (text === ')' || text === ']' || text === '}') depth += 1;
    else if (text === ',' && depth === 0) argument += 1;
    else if (text === '(' || text === '[' || text === '{') {
      if (depth > 0) depth -= 1;
      else if (text === '(' && tokens[index - 1]?.kind === 'name') return callBefore(tokens, index, argument);
      else argument = 0;
    }
  }
  return undefined;
}

function callBefore(tokens: readonly Token[], parenthesis: number, argument: number): OpenCall {
  let start = parenthesis - 1;
  while (tokens[start - 1]?.text === '.' && tokens[start - 2]?.kind === 'name') start -= 2;
  const dotted = tokens.slice(start, parenthesis).map(({ text }) => text);
  const isAfterDot = tokens[parenthesis - 2]?.text === '.';
  return { dotted: dotted.join(''), name: dotted.at(-1) ?? '', isAfterDot, argument };
}

function signaturesOf(
  name: string,
  { functions }: Environment,
  isMeant: (overload: Overload) => boolean,
): readonly SignatureInformation[] {
  const macro = macroOf(name);
  if (macro !== undefined) {
    return macro.forms.map((form) => {
      const inner = form.slice(form.indexOf('(') + 1, form.lastIndexOf(')'));
      return signature(form.slice(0, form.indexOf('(')), inner.split(', '), macro.doc);
    });
  }
  const { overloads = [], doc = '' } = functions.get(name) ?? {};
  return overloads.filter(isMeant).map((overload) => signatureOf(name, overload, doc));
}

function signatureOf(
  name: string,
  { isMethod, parameters, result }: Overload,
  doc: string,
): SignatureInformation {
  const types = parameters.map(formatType);
  const called = isMethod ? `${types[0]}.${name}` : name;
  return signature(called, isMethod ? types.slice(1) : types, doc, ` -> ${formatType(result)}`);
}

function signature(
  called: string,
  parameters: readonly string[],
  doc: string,
  result = '',
): SignatureInformation {
  let at = called.length + 1;
  const ranges = parameters.map((text) => {
    const range: [number, number] = [at, at + text.length];
    at += text.length + ', '.length;
    return { label: range };
  });
  return {
    label: `${called}(${parameters.join(', ')})${result}`,
    documentation: { kind: 'markdown', value: doc },
    parameters: ranges,
  };
}
