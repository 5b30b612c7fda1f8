import type { Checked } from '../check/checked.ts';
import { typeOf } from '../check/checked.ts';
import type { Environment } from '../check/environment.ts';
import type { Prepared } from '../check/literals.ts';
import type { Folding } from '../interpret/fold.ts';
import { copyProgram, type Program } from '../interpret/program.ts';
import { createTracer, type Tracer } from '../interpret/trace.ts';
import type { Parsed } from '../syntax/parse.ts';
import { emit } from './emit.ts';
import {
  evaluator,
  failureOf,
  finisher,
  loadPart,
  loadProgram,
  type PartFunction,
  type Reads,
  type Requirements,
} from './load-program.ts';

/** The program of a tree without mistakes; `parse` makes the tree again, for traces. */
export function createProgram(
  checked: Checked,
  prepared: Prepared,
  folding: Folding,
  reads: Reads,
  required: Requirements,
  environment: Environment,
  parse: () => Parsed,
): Program {
  const type = typeOf(checked, checked.root);
  const shell = { finish: finisher(type, required), fail: failureOf, wantsBool: type.kind === 'bool' };
  const { source, constants } = emit(checked, { prepared, folding, shell });
  const { source: text } = checked;
  let tracer: Tracer | undefined;
  const traced = (): Tracer => {
    tracer ??= createTracer(text, environment, parse);
    return tracer;
  };
  return copyProgram(loadProgram(text, type, reads, evaluator(source), constants), {
    parts: () => traced().parts,
    trace: (activation, observe) => traced().trace(activation, observe, shell.finish, shell.fail),
  });
}

/** The function of a tree without mistakes, for an activation whose values have their form in evaluations. */
export function createPart(checked: Checked, prepared: Prepared, folding: Folding): PartFunction {
  const { source, constants } = emit(checked, { prepared, folding, isOwn: true });
  return loadPart(evaluator(source), constants);
}
