import { painter } from '../../diagnostic/paint.ts';
import type { PolicySet } from '../../engine/set/policy-set.ts';
import { explain } from '../../tools/testing/explain.ts';
import { prepareRequest, type SimulationResult, simulate } from '../../tools/testing/simulate.ts';
import type { SimulationRequest } from '../../tools/testing/simulation-request.ts';
import { TraceRecording } from '../../tools/testing/trace-recording.ts';
import { complain } from '../terminal/complain.ts';
import { EXIT, type ExitCode } from '../terminal/exit-code.ts';
import { shownPath } from '../terminal/policy-folder.ts';
import { isColourful, type Terminal } from '../terminal/terminal.ts';
import { locationsIn, openValidFolder, type ValidFolder } from '../terminal/valid-folder.ts';
import { evaluateExpression, NO_FOLDER } from './expression.ts';
import { type EvalOptions, settingsOf } from './flags.ts';
import { policyFolderAround } from './policy-folder-around.ts';
import { readRequest } from './read-request.ts';
import { humanExplanation, jsonExplanation, verdictOf } from './report.ts';

/** `lictor eval [DIR]`: decides one request and explains the decision; with `--expression`, evaluates that instead. */
export async function evaluate(
  named: string | undefined,
  options: EvalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const usage = (problem: string, code: ExitCode = EXIT.usage): ExitCode => {
    complain(terminal, 'eval', problem);
    return code;
  };
  const { expression } = options;
  // An expression needs no folder, and the current one need not be a policy folder.
  const around = named ?? (await policyFolderAround(terminal));
  const dir = around ?? (expression === undefined ? '.' : undefined);
  const folder =
    dir === undefined ? undefined : await openValidFolder(dir, terminal, options.environment ?? '');
  if (folder !== undefined && 'problem' in folder) return usage(folder.problem, folder.code);
  const set = folder?.set ?? NO_FOLDER;
  const { simulation, problem } = await readRequest(options, set, terminal);
  if (simulation === undefined) return usage(problem);
  if (expression !== undefined) {
    return evaluateExpression(expression, simulation, set, options, terminal);
  }
  if (folder === undefined || dir === undefined) throw new Error('there is no policy set to decide by');
  if (simulation.request.host === '') return usage('the request has no host, name it with `--host`');
  return decideAndExplain(folder, simulation, dir, options, terminal);
}

/** Decides a request by a folder and explains the decision; exit code 1 for a denial. */
export async function decideAndExplain(
  folder: ValidFolder,
  simulation: SimulationRequest,
  dir: string,
  options: Pick<EvalOptions, 'xfccTrustedHops' | 'maxRequestBytes' | 'output'>,
  terminal: Terminal,
): Promise<ExitCode> {
  const { set } = folder;
  const prepared = await prepareRequest(simulation, set, settingsOf(options));
  const recording = new TraceRecording();
  const result = await simulate(prepared, set, recording);
  const view = {
    simulation,
    prepared,
    result,
    explanation: explain({
      set,
      recording,
      decision: result.decision,
      locationsIn: ({ source }) => locationsIn(folder, source),
    }),
    notes: notesOf(simulation, result, set),
    shown: (file: string) => shownPath(file, dir, terminal),
  };
  const colour = isColourful(terminal.stdout, terminal.environment);
  terminal.stdout.write(
    options.output === 'json' ? jsonExplanation(view) : humanExplanation(view, painter(colour)),
  );
  return result.decision.reason === 'allowed' ? EXIT.fine : EXIT.fails;
}

/** Notes on differences from the recorded request, and from a decision of a sidecar. */
function notesOf(
  { caller, recorded, notes }: SimulationRequest,
  { decision }: SimulationResult,
  set: PolicySet,
): string[] {
  const all = [...notes];
  const fetched = [...set.issuers.values()].filter(({ keys }) => keys.kind !== 'inline');
  if (decision.reason === 'keys_unavailable' && fetched.length > 0) {
    const names = fetched.map(({ name }) => `\`${name}\``).join(', ');
    all.push(
      `no keys are fetched here, so a token of ${names} cannot be verified: let one be signed with --issuer and --claim`,
    );
  }
  if (caller.jwt !== undefined) {
    all.push('the token is signed by a throwaway key in place of those of its issuer');
  }
  if (recorded === undefined) return all;
  const was = `${recorded.decision} ${recorded.status} ${recorded.reason} by ${named(recorded)}`;
  const now = verdictOf(decision);
  const same = recorded.reason === now.reason && named(recorded) === named(now);
  all.push(same ? `it was recorded the same: ${was}` : `it was recorded differently: ${was}`);
  if (recorded.digest !== '' && recorded.digest !== set.revision.digest) {
    all.push(`it was recorded by other policies: ${recorded.digest}`);
  }
  return all;
}

function named({ policy, rule }: { readonly policy: string; readonly rule: string }): string {
  return policy === '' ? 'no policy' : rule === '' ? policy : `${policy}/${rule}`;
}
