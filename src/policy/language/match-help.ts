import { compileHost, hasPort } from '../../engine/request/host.ts';
import { quoted } from '../yaml/quote.ts';
import { METHODS } from './values.ts';

/** A text that is not a valid entry of `match`, and what to write in its place. */
export interface MatchTextProblem {
  readonly message: string;
  readonly help: string;
  /** The entry that was meant, if that is clear. */
  readonly meant?: MeantEntry;
}

/** An entry that was meant: a text, or a mapping in flow style. */
export interface MeantEntry {
  readonly text: string;
  readonly isMapping: boolean;
}

const FORM = 'write methods, a path, or both: `GET`, `/api/orders` or `GET|HEAD /api/**`';

/** The problem of a text in `match`, by the mistakes that people make. */
export function problemOfMatchText(text: string): MatchTextProblem {
  if (text === '') return { message: 'the text is empty', help: FORM };
  const parameter = parameterProblem(text);
  if (parameter !== undefined) return parameter;
  if (/==|!=|[<>()'"&]/.test(text)) {
    const message = `\`${text}\` is not a valid entry of \`match\``;
    return { message, help: `${FORM}; a condition is written \`{when: ...}\`` };
  }
  const words = wordsOf(text);
  if (words === undefined) return { message: `\`${text}\` is not a valid entry of \`match\``, help: FORM };
  const { hosts, methods, paths, isEveryMethod } = words;
  if (hosts.length > 0) return hostProblem(text, words);
  if (paths.length > 1) {
    return {
      message: `\`${text}\` has more than one path`,
      ...mapping({ methods, paths }),
    };
  }
  const [path] = paths;
  if (isEveryMethod && path !== undefined) {
    const message = `\`${text}\` names a method that means every method`;
    return { message, help: `write \`${path}\`, which selects every method`, meant: whole(path) };
  }
  if (isEveryMethod) {
    const help = 'remove the entry, or write a path: an entry without methods selects every method';
    return { message: `\`${text}\` names a method that means every method`, help };
  }
  const parts = [methods.join('|'), path].filter((part) => part !== undefined && part !== '');
  const own = parts.join(' ');
  const message = `\`${text}\` is not a valid entry of \`match\``;
  return own === text || own === ''
    ? { message, help: FORM }
    : { message, help: `write \`${own}\``, meant: whole(own) };
}

/** A parameter of a template within a text. */
function parameterProblem(text: string): MatchTextProblem | undefined {
  const form = /^(?:([A-Za-z|]+) )?(?:\{\s*param\s*:\s*(\w+)\s*\}|\$\{\s*params\.(\w+)\s*\})$/;
  const [all, methods, plain, interpolated] = form.exec(text) ?? [];
  if (all === undefined) return undefined;
  const selected = methods === undefined ? '' : `methods: [${methods.toUpperCase().replaceAll('|', ', ')}], `;
  const entry = `{${selected}paths: [{param: ${plain ?? interpolated}}]}`;
  const message = `\`${text}\` has a parameter within a text`;
  return { message, help: `write \`${entry}\``, meant: { text: entry, isMapping: true } };
}

function hostProblem(text: string, { hosts, methods, paths, hasPort: isPorted }: Words): MatchTextProblem {
  const { help, meant } = mapping({ hosts, methods, paths });
  const port = isPorted ? '; the port is compared by `when: destination.port == ...`' : '';
  return { message: `\`${text}\` has a host`, help: `${help}${port}`, meant };
}

function mapping(
  fields: Readonly<Record<string, readonly string[]>>,
): Required<Pick<MatchTextProblem, 'help' | 'meant'>> {
  const parts = Object.entries(fields)
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => `${name}: [${values.map((each) => quoted(each, 'plain', true)).join(', ')}]`);
  const text = `{${parts.join(', ')}}`;
  return { help: `write \`${text}\``, meant: { text, isMapping: true } };
}

function whole(text: string): MeantEntry {
  return { text, isMapping: false };
}

interface Words {
  readonly hosts: readonly string[];
  readonly methods: readonly string[];
  readonly paths: readonly string[];
  readonly isEveryMethod: boolean;
  readonly hasPort: boolean;
}

/** The methods, hosts and paths in a text, in any order and with other marks between them; undefined if more is in it. */
function wordsOf(text: string): Words | undefined {
  const hosts: string[] = [];
  const methods: string[] = [];
  const paths: string[] = [];
  let isEveryMethod = false;
  let isPorted = false;
  const spaced = text.replaceAll(/(?<=^|[\s,|])([A-Za-z]+)[:=]\s*(?=\/(?!\/))/g, '$1 ');
  for (const word of spaced.split(/\s*[,|;]\s*|\s+/)) {
    if (word === '' || /^HTTP\/[0-9.]+$/i.test(word)) continue;
    if (word.startsWith('/')) paths.push(word);
    else if (/^(?:\*|any|all)$/i.test(word)) isEveryMethod = true;
    else if (isMethod(word)) methods.push(word.toUpperCase());
    else {
      const { host, path, isWithPort } = urlOf(word);
      if (host !== undefined) hosts.push(host);
      else if (!/^[\w.~{}*-]+(?:\/[\w.~{}*-]*)+$/.test(word) && methods.length === 0) return undefined;
      isPorted ||= isWithPort;
      if (path !== undefined) paths.push(path);
    }
  }
  const isKnown = hosts.length <= 1 && hosts.length + methods.length + paths.length > 0;
  return isKnown || isEveryMethod
    ? { hosts, methods, paths: [...new Set(paths)], isEveryMethod, hasPort: isPorted }
    : undefined;
}

function isMethod(word: string): boolean {
  return METHODS.includes(word.toUpperCase()) || /^[A-Z][A-Z-]+$/.test(word);
}

/** The host and path of a URL or of `api.example.org/path`; a word without a host is a path without its slash. */
function urlOf(word: string): {
  readonly host?: string;
  readonly path: string | undefined;
  readonly isWithPort: boolean;
} {
  const [, scheme, authority = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)?([^/]*)(\/.*)?$/i.exec(word) ?? [];
  const isWithPort = hasPort(authority);
  const name = isWithPort ? authority.replace(/:\d*$/, '') : authority;
  const isHost =
    (scheme !== undefined ||
      isWithPort ||
      /^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+$|^localhost$/i.test(name)) &&
    compileHost(name).pattern !== undefined;
  if (!isHost) return { path: `/${word}`, isWithPort: false };
  return { host: name, path: rest === '' || rest === '/' ? undefined : rest, isWithPort };
}
