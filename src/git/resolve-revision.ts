import type { Commit } from './commit.ts';
import { type Found, type GitDir, isObjectId } from './git-dir.ts';
import type { ObjectStore } from './object-store.ts';
import { referenceNamed } from './references.ts';

/** Fewest digits of an abbreviated ID, as in git. */
const MIN_DIGITS = 4;
/** Most tags from a tag to a commit. */
const MAX_TAGS = 5;
/** Most parents that one `~N` passes. */
const MAX_STEPS = 100_000;

/** One step from a commit: its first parents, one of its parents, or itself. */
type Step = { readonly kind: '~' | '^'; readonly count: number } | { readonly kind: 'peel' };

/** The parts of a repository that a revision is looked up in. */
interface Readable {
  readonly git: GitDir;
  readonly objects: ObjectStore;
  readonly commit: (id: string) => Commit;
}

/**
 * The commit that a revision names: a branch, tag or other reference, an ID or its first digits, each with steps as
 * `~2`, `^` and `^2` after it. https://git-scm.com/docs/gitrevisions
 */
export function resolveRevision({ git, objects, commit }: Readable, written: string): Found<string> {
  const base = /^[^~^:]*/.exec(written)?.[0] ?? '';
  const steps = stepsOf(written.slice(base.length));
  if (steps === undefined || base.includes('@{')) {
    return {
      problem: `\`${written}\` is not a revision: write a branch, a tag or a commit, with \`~N\` or \`^N\``,
    };
  }
  const start = objectNamed(git, objects, base === '@' || base === '' ? 'HEAD' : base);
  if (typeof start !== 'string') return start;
  const named = commitOf(objects, start);
  if (named === undefined) return { problem: `\`${base}\` names an object that is not a commit` };
  return follow(commit, named, steps, written);
}

function stepsOf(text: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  const pattern = /~(\d*)|\^\{(?:commit)?\}|\^(\d*)/y;
  while (pattern.lastIndex < text.length) {
    const found = pattern.exec(text);
    if (found === null) return undefined;
    const [whole, back, parent] = found;
    if (back === undefined && parent === undefined) steps.push({ kind: 'peel' });
    else steps.push({ kind: whole.startsWith('~') ? '~' : '^', count: Number((back ?? parent) || '1') });
  }
  return steps;
}

function objectNamed(git: GitDir, objects: ObjectStore, name: string): Found<string> {
  if (isObjectId(name)) return name;
  const referred = referenceNamed(git, name);
  if (referred !== undefined) return referred;
  const head = referenceNamed(git, 'HEAD');
  const digits = name.toLowerCase();
  const isShort = digits.length >= MIN_DIGITS && /^[0-9a-f]+$/.test(digits);
  const ids = isShort && digits.length <= 64 ? objects.startingWith(digits, head ?? '0'.repeat(40)) : [];
  // Trees and files may start with the same digits: a revision means a commit.
  const commits = ids.length < 2 ? ids : ids.filter((id) => commitOf(objects, id) !== undefined);
  const [only, other] = commits;
  if (other !== undefined) return { problem: `\`${name}\` is ambiguous: write more digits of the commit` };
  return only ?? { problem: `\`${name}\` is not a branch, tag or commit of the repository` };
}

/** The commit itself, or that of a tag; undefined for another object. */
function commitOf(objects: ObjectStore, first: string): string | undefined {
  let id = first;
  for (let depth = 0; depth <= MAX_TAGS; depth += 1) {
    const { type, body } = objects.readAny(id);
    if (type === 'commit') return id;
    const next =
      type === 'tag' ? /^object ([0-9a-f]+)\n/.exec(body.toString('latin1', 0, 80))?.[1] : undefined;
    if (next === undefined || !isObjectId(next)) return undefined;
    id = next;
  }
  return undefined;
}

function follow(
  read: Readable['commit'],
  from: string,
  steps: readonly Step[],
  written: string,
): Found<string> {
  let commit = from;
  for (const step of steps) {
    if (step.kind === 'peel' || step.count === 0) continue;
    if (step.count > MAX_STEPS) return { problem: `\`${written}\` goes back too far` };
    const times = step.kind === '~' ? step.count : 1;
    const which = step.kind === '~' ? 0 : step.count - 1;
    for (let time = 0; time < times; time += 1) {
      const parent = read(commit).parents[which];
      if (parent === undefined) return { problem: `\`${written}\` goes back beyond the first commit` };
      commit = parent;
    }
  }
  return commit;
}
