import type { DescMessage } from '@bufbuild/protobuf';
import type { MessageRegistry } from '../../protobuf/message-registry.ts';
import { reachable } from '../../protobuf/reachable.ts';
import { compileMessage, OwnedMistake } from './compile-message.ts';
import { RuleCompiler } from './compile-rule.ts';
import { type MessageRules, messageRules } from './message-rules.ts';
import { withoutIdleParts } from './prune.ts';

/** A rule that cannot be compiled. */
interface RuleProblem {
  /** Full name of the field or message that has the rule. */
  readonly owner: string;
  readonly problem: string;
}

type CompiledRules =
  | { readonly rules: MessageRules; readonly problem?: undefined }
  | { readonly problem: RuleProblem; readonly rules?: undefined };

/** The `buf.validate` rules of messages of some types, and of all messages in these. */
export function compileRules(types: MessageRegistry, roots: readonly DescMessage[]): CompiledRules {
  const compiler = new RuleCompiler(types);
  const reached = new Set(roots.flatMap((root) => [...reachable(root)]));
  try {
    const plans = Array.from(reached, (type) => compileMessage(type, compiler));
    return { rules: messageRules(types, withoutIdleParts(plans)) };
  } catch (error) {
    if (error instanceof OwnedMistake) return { problem: { owner: error.owner, problem: error.message } };
    throw error;
  }
}
