import { decodeOnce } from '../request/percent.ts';

/** A segment of the path of an operation. */
export type TemplateSegment =
  /** Compared with the decoded segment. */
  | { readonly kind: 'literal'; readonly text: string }
  /** Parameters with text before, between and after them: `literals` has one element more than `names`. */
  | { readonly kind: 'template'; readonly literals: readonly string[]; readonly names: readonly string[] };

export interface PathTemplate {
  readonly segments: readonly TemplateSegment[];
  /** True for a path that ends in a slash. */
  readonly isSlashed: boolean;
}

export type ReadTemplate =
  | { readonly template: PathTemplate; readonly problem?: undefined; readonly help?: undefined }
  /** One sentence about the path. */
  | { readonly problem: string; readonly help?: string; readonly template?: undefined };

/** Most characters of a path. */
const MAX_LENGTH = 2_000;

/** Reads a path of `paths`, such as `/orders/{id}` or `/files/{name}.{extension}`. */
export function readTemplate(path: string): ReadTemplate {
  if (!path.startsWith('/'))
    return { problem: `the path \`${path}\` does not start with a slash`, help: `write \`/${path}\`` };
  if (path.length > MAX_LENGTH) return { problem: `the path is longer than ${MAX_LENGTH} characters` };
  if (/[?#]/.test(path.replaceAll(/\{[^{}]*\}/g, ''))) {
    const problem = `the path \`${path}\` has a query string or a fragment`;
    return { problem, help: 'describe query parameters by `parameters` with `in: query`' };
  }
  const parts = path.slice(1).split('/');
  const isSlashed = parts.length > 1 && parts.at(-1) === '';
  if (parts.at(-1) === '') parts.pop();
  const segments: TemplateSegment[] = [];
  const names = new Set<string>();
  for (const part of parts) {
    const segment = readSegment(path, part, names);
    if ('problem' in segment) return segment;
    segments.push(segment);
  }
  return { template: { segments, isSlashed } };
}

function readSegment(
  path: string,
  part: string,
  used: Set<string>,
): TemplateSegment | { readonly problem: string; readonly help?: string } {
  if (part === '') return { problem: `the path \`${path}\` has an empty segment, which no request has` };
  if (part === '.' || part === '..')
    return { problem: `the path \`${path}\` has a dot segment, which no request has` };
  if (!/[{}]/.test(part)) return { kind: 'literal', text: decodeOnce(part) };
  const pieces = part.split(/\{([^{}]*)\}/);
  const literals = pieces.filter((_, index) => index % 2 === 0);
  const names = pieces.filter((_, index) => index % 2 === 1);
  if (literals.some((each) => /[{}]/.test(each)))
    return { problem: `the path \`${path}\` has a brace without its partner` };
  for (const name of names) {
    if (name === '') return { problem: `the path \`${path}\` has a parameter without a name` };
    if (used.has(name)) return { problem: `the path \`${path}\` names \`{${name}}\` twice` };
    used.add(name);
  }
  if (literals.slice(1, -1).includes('')) {
    const problem = `the path \`${path}\` has two parameters without text between them`;
    return { problem, help: 'no request tells where the first of them ends' };
  }
  return { kind: 'template', literals: literals.map(decodeOnce), names };
}

/** True for a segment that is one parameter and nothing else. */
export function isWhole(segment: TemplateSegment): boolean {
  return segment.kind === 'template' && segment.literals.every((each) => each === '');
}
