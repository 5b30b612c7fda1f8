import type { Decision } from '../../engine/decision/decide.ts';
import { type RecordParts, recordParts, shareOf } from '../../engine/decision/recordable.ts';
import type { RecordedInputs } from '../../engine/decision/recorded-inputs.ts';
import { isSampled } from '../../engine/decision/sample.ts';
import type { JsonObject } from '../../engine/request/attributes.ts';
import { jsonText } from '../../engine/request/json-value.ts';

/** Wishes of the operator about records; policies can ask for more, and say the shares themselves. */
export interface RecordWishes {
  /** Shares of decisions that are recorded where no policy of the request says one, 0 to 1. */
  readonly allow: number;
  readonly deny: number;
  /** True to record the attributes that policies read, for every request. */
  readonly inputs: boolean;
  readonly body: boolean;
}

/** Every decision is recorded, without inputs. */
export const RECORD_ALL: RecordWishes = { allow: 1, deny: 1, inputs: false, body: false };

/** The end of a record: members with their commas, or nothing. Undefined: the decision is not recorded. */
export function endOfRecord(decision: Decision, wishes: RecordWishes): string | undefined {
  const answer = decision.reason === 'allowed' ? 'allow' : 'deny';
  const { recordable } = decision;
  const share = (recordable && shareOf(recordable, answer)) ?? wishes[answer];
  if (!isSampled(decision.id, share)) return undefined;
  const parts = recordable && recordParts(recordable, wishes);
  return share >= 1 && parts === undefined ? '' : endText(share, parts);
}

function endText(share: number, { include, inputs }: RecordParts = {}): string {
  const sample = share >= 1 ? '' : `,"sample":${share}`;
  const included = include === undefined ? '' : `,"include":${jsonText(include)}`;
  return `${sample}${included}${inputs === undefined ? '' : `,"inputs":${jsonText(inputsJson(inputs))}`}`;
}

/** Members without content are left out. */
function inputsJson({ values, absent, whole, withheld, truncated }: RecordedInputs): JsonObject {
  return {
    values,
    ...(Object.keys(absent).length > 0 && { absent }),
    ...(whole.length > 0 && { whole }),
    ...(Object.keys(withheld).length > 0 && { withheld }),
    ...(truncated && { truncated }),
  };
}
