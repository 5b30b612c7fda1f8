import type { Message } from '@bufbuild/protobuf';
import type { MessageRules } from '../protovalidate/message-rules.ts';
import type { Clock, PathPart, Violation } from '../protovalidate/run.ts';
import type { BodyDenial } from '../schema/body-schema.ts';
import type { Method } from './method.ts';

/** Fields that a denial names. */
const MOST_NAMED = 4;
/** Characters of one violation in a denial. */
const MOST_SHOWN = 160;

const TOO_MANY_STEPS: BodyDenial = {
  reason: 'schema_violation',
  detail: 'the message takes too many steps to compare with the rules',
};

/** A rule that could not be evaluated for a message: a mistake of its author, which denies. */
export interface RuleFault {
  readonly fault: Error;
}

/** Denial of messages of a call that break their rules; undefined if the rules hold. `clock`: the `now` of rules. */
export function judgeMessages(
  rules: MessageRules,
  { input, isStream }: Method,
  messages: readonly Message[],
  clock: Clock,
): BodyDenial | RuleFault | undefined {
  const outcome = rules.check(input, messages, clock, MOST_NAMED);
  switch (outcome.kind) {
    case 'valid':
      return undefined;
    case 'fault':
      return { fault: outcome.fault };
    case 'costly':
      return TOO_MANY_STEPS;
    case 'invalid': {
      const place = isStream ? `message ${outcome.message + 1}: ` : '';
      return { reason: 'schema_violation', detail: `${place}${detailOf(outcome.violations, outcome.count)}` };
    }
  }
}

function detailOf(violations: readonly Violation[], count: number): string {
  const more = count - violations.length;
  return `${violations.map(shown).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

function shown({ path, text, isPrivate, id, isOfKey }: Violation): string {
  const wanted = isPrivate ? `does not fit the rule \`${id}\`` : text;
  const what = wanted.length > MOST_SHOWN ? `${wanted.slice(0, MOST_SHOWN)}...` : wanted;
  const place = path.length === 0 ? 'the message' : `\`${pathText(path)}\``;
  return `${isOfKey ? `a key of ${place}` : place}: ${what}`;
}

/** The path of a value. A key of a map is a part of the body, and is not shown. */
function pathText(path: readonly PathPart[]): string {
  return path
    .map((part, index) => {
      if (part.kind === 'index') return `[${part.at}]`;
      if (part.kind === 'key') return '[...]';
      return index === 0 ? part.name : `.${part.name}`;
    })
    .join('');
}
