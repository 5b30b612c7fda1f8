import { escapePattern } from '../cel-text.ts';

/** The path of an operation as a pattern of `paths`: a segment that a parameter only begins or ends becomes `*`. */
export function patternOf(path: string): string {
  const used = new Set<string>();
  const segments = path.split('/').map((segment) => {
    const [, name] = /^\{([^{}]+)\}$/.exec(segment) ?? [];
    if (name !== undefined) return `{${unique(identifierOf(name), used)}}`;
    return segment.includes('{') || segment.includes('*') ? '*' : segment;
  });
  return segments.join('/') || '/';
}

function identifierOf(name: string): string {
  const snake = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  return snake.replaceAll(/\W+/g, '_').replace(/^(?=\d)/, '_');
}

function unique(name: string, used: Set<string>): string {
  const free = used.has(name) ? `${name}_${used.size + 1}` : name;
  used.add(free);
  return free;
}

/** True if a request can have the path: one with other characters is written with escapes, or is ambiguous. */
export function isPath(path: string): boolean {
  return /^[\w\-.~!$&'()*+,=:@/{}]*$/.test(path.replaceAll(/\{[^{}]*\}/g, '1'));
}

/** True if the pattern matches more than the path of the operation. */
export function isWidened(path: string): boolean {
  return path.split('/').some((segment) => /[{*]/.test(segment) && !isParameter(segment));
}

/** A path of the operation. */
export function sampleOf(path: string): string {
  return path.replaceAll(/\{[^{}]*\}/g, '1') || '/';
}

/** A pattern of RE2 for the paths of an operation. */
export function regexOf(path: string): string {
  const parts = path
    .split(/(\{[^{}]*\})/)
    .map((part) => (part.startsWith('{') ? '[^/]+' : escapePattern(part)));
  return `^${parts.join('') || '/'}$`;
}

/** True if the paths of `inner` are paths of `outer` as well, and not the other way round. */
export function isPartOf(inner: string, outer: string): boolean {
  const [some, all] = [inner.split('/'), outer.split('/')];
  return some.length === all.length && isNarrower(some, all) && !isNarrower(all, some);
}

function isNarrower(some: readonly string[], all: readonly string[]): boolean {
  return all.every((segment, index) => {
    const other = some[index] ?? '';
    if (isParameter(segment) || segment === other) return true;
    return segment.includes('{') && !other.includes('{') && new RegExp(regexOf(segment)).test(other);
  });
}

function isParameter(segment: string): boolean {
  return /^\{[^{}]+\}$/.test(segment);
}
