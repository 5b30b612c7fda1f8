import { resolve } from 'node:path';
import { joinLines } from '../../diagnostic/printable.ts';
import { type Tree, valueAt } from '../../policy/yaml/tree.ts';
import { readYaml } from '../../policy/yaml/yaml-file.ts';
import { ReachedPolicies } from '../../tools/testing/reached-policies.ts';
import type { ListedCase } from '../../tools/testing/test-run.ts';
import { complain } from '../terminal/complain.ts';
import { count } from '../terminal/count.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { openPolicyFolder, type PolicyFolder, showErrors } from '../terminal/policy-folder.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { untilInterrupted } from '../terminal/until-interrupted.ts';
import { caseId, FailedCases } from './failed-cases.ts';
import type { TestOptions } from './flags.ts';
import { createTestSession, noCases, reportResults, runAll, selectCases } from './run-cases.ts';

/** Runs until it is interrupted, and runs again the cases that a change of the folder can affect. */
export async function watchTests(dir: string, options: TestOptions, terminal: Terminal): Promise<ExitCode> {
  const watched = new WatchedTests(dir, options, terminal);
  await untilInterrupted(dir, terminal, () => watched.look());
  return EXIT.fine;
}

/** The folder at the last run. */
interface Before {
  /** Of every file that was read, its documents included. */
  readonly digest: string;
  readonly documents: ReadonlyMap<string, Written>;
}

/** A document as it was written. */
interface Written {
  readonly kind: string;
  readonly name: string;
  readonly text: string;
  /** Of a policy, which requests it governs. */
  readonly match: string;
}

/** The tests of a folder, of which only those run again that a change touches. */
export class WatchedTests {
  readonly #dir: string;
  readonly #options: TestOptions;
  readonly #terminal: Terminal;
  readonly #failed: FailedCases;
  #before: Before | undefined;
  /** By case, the policies that governed its request when it was run last. */
  readonly #reach = new Map<string, ReadonlySet<string>>();
  /** Cases that do not hold. */
  #failing: ReadonlySet<string> = new Set();

  constructor(dir: string, options: TestOptions, terminal: Terminal) {
    this.#dir = dir;
    this.#options = options;
    this.#terminal = terminal;
    this.#failed = new FailedCases(resolve(terminal.directory, dir), terminal.environment);
  }

  /** Looks at the folder, and runs what changed since the look before; all of it at the first look. */
  async look(): Promise<void> {
    const started = performance.now();
    const folder = await openPolicyFolder(this.#dir, this.#terminal);
    if ('problem' in folder) {
      complain(this.#terminal, 'test', folder.problem);
      return;
    }
    const { set } = folder;
    if (set === undefined) {
      showErrors(folder, this.#dir, this.#terminal);
      return;
    }
    const now: Before = { digest: set.revision.digest, documents: documentsOf(folder) };
    if (this.#before?.digest === now.digest) return;
    const all = selectCases(folder.tests, this.#options, this.#failed);
    const changes = this.#before && changesBetween(this.#before, now);
    const cases = changes === undefined ? all : all.filter((each) => this.#isTouched(each, changes));
    this.#before = now;
    if (all.length === 0) this.#terminal.stderr.write(`lictor test: ${noCases(this.#options)}\n`);
    const run = createTestSession(folder, set, this.#dir, this.#options, this.#terminal);
    const reached = new ReachedPolicies();
    const results = await runAll(run, cases, {
      trace: reached,
      onCase: ({ document, case: each }) => {
        this.#reach.set(caseId(document.name, each.name), reached.begin());
      },
    });
    const ran = new Set(cases.map(({ document, case: each }) => caseId(document.name, each.name)));
    this.#failing = new Set([
      ...[...this.#failing].filter((id) => !ran.has(id)),
      ...results
        .filter(({ differences }) => differences.length > 0)
        .map((result) => caseId(result.test, result.case.name)),
    ]);
    this.#failed.remember(results);
    if (changes !== undefined && this.#options.output === 'human') {
      const told = joinLines([`${changes.told}: ${count(cases.length, 'case')} of ${all.length}`]);
      this.#terminal.stdout.write(`\n${told}\n`);
    }
    await reportResults(run, cases, results, started, this.#dir, this.#options, this.#terminal);
  }

  #isTouched({ document, case: each }: ListedCase, changes: Changes): boolean {
    const id = caseId(document.name, each.name);
    const reach = this.#reach.get(id);
    if (changes.everything || reach === undefined || this.#failing.has(id)) return true;
    return changes.tests.has(document.name) || changes.policies.some((name) => reach.has(name));
  }
}

interface Changes {
  /** True if the change can affect every case. */
  readonly everything: boolean;
  readonly tests: ReadonlySet<string>;
  readonly policies: readonly string[];
  /** For the user. */
  readonly told: string;
}

function changesBetween(before: Before, now: Before): Changes {
  const tests = new Set<string>();
  const policies: string[] = [];
  const told: string[] = [];
  // With no document changed, it is a file that one refers to.
  let everything = true;
  let isOther = false;
  for (const id of new Set([...before.documents.keys(), ...now.documents.keys()])) {
    const earlier = before.documents.get(id);
    const later = now.documents.get(id);
    const known = later ?? earlier;
    if (known === undefined || earlier?.text === later?.text) continue;
    everything = false;
    const { kind, name } = known;
    told.push(`${kind} ${name}`);
    if (kind === 'PolicyTest') tests.add(name);
    // A policy that is new, or governs other requests than before, may be of account for any of them.
    else if (kind === 'Policy' && earlier?.match === later?.match) policies.push(name);
    else isOther = true;
  }
  const shown = told.slice(0, 3).join(', ') + (told.length > 3 ? ` and ${told.length - 3} more` : '');
  return {
    everything: everything || isOther,
    tests,
    policies,
    told: everything ? 'a file that is referred to changed' : `${shown} changed`,
  };
}

function documentsOf({ files }: PolicyFolder): ReadonlyMap<string, Written> {
  const documents = new Map<string, Written>();
  for (const [path, bytes] of files?.yaml ?? []) {
    const { documents: parsed, lines } = readYaml(path, bytes);
    const text = (tree: Tree | undefined): string =>
      tree === undefined ? '' : lines.text.slice(tree.range.start, tree.range.end).trim();
    for (const { tree } of parsed) {
      const kind = text(valueAt(tree, 'kind'));
      const name = text(valueAt(tree, 'metadata', 'name'));
      const spec = valueAt(tree, 'spec');
      // Fields that decide whether a policy applies.
      const match = ['match', 'mode', 'paths', 'uses'].map((field) => text(valueAt(spec, field))).join('\n');
      documents.set(`${kind} ${name}`, { kind, name, text: text(tree), match });
    }
  }
  return documents;
}
