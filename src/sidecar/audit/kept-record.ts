import type { Decision } from '../../engine/decision/decide.ts';
import { ownText } from '../../engine/request/own-text.ts';
import type { RecordLine } from './recent.ts';
import type { Recorded } from './record.ts';
import { type Place, recordLine } from './record-bytes.ts';
import { MAX_TEXT } from './record-fields.ts';

/** About as many UTF-16 units as a record holds besides the texts of the caller. */
const OWN_LENGTH = 400;

/** A record that is written when somebody reads it, from parts of the decision that do not keep the request. */
export class KeptRecord implements RecordLine {
  readonly id: string;
  /** UTF-16 units that it holds in memory. */
  readonly length: number;
  readonly #decision: Recorded;
  readonly #place: Place;
  readonly #end: string;

  /** `place`: of the decision in a trace, or the `traceparent` of its caller. `end`: as for `recordLine`. */
  constructor(decision: Decision, place: Place, end = '') {
    let length = OWN_LENGTH + end.length;
    const own = (text: string): string => {
      const copy = ownText(text.slice(0, MAX_TEXT + 1));
      length += copy.length;
      return copy;
    };
    const { request, source, destination, caller, jwt } = decision;
    this.id = decision.id;
    this.#end = ownText(end);
    this.#place = typeof place === 'string' ? own(place) : place;
    this.#decision = {
      id: decision.id,
      time: decision.time,
      duration: decision.duration,
      reason: decision.reason,
      status: decision.status,
      policy: decision.policy,
      rule: decision.rule,
      revision: decision.revision,
      environment: decision.environment,
      request: {
        id: own(request.id),
        method: own(request.method),
        host: own(request.host),
        path: own(request.path),
      },
      source: { principal: own(source.principal), address: own(source.address) },
      destination: { principal: own(destination.principal) },
      caller: caller && { principal: own(caller.principal), via: caller.via },
      jwt: jwt && { issuer: own(jwt.issuer), subject: own(jwt.subject) },
      controls: decision.controls,
      limits: decision.limits,
      shadow: decision.shadow,
      ...(decision.candidate && { candidate: decision.candidate }),
    };
    this.length = length;
  }

  get line(): string {
    return recordLine(this.#decision, this.#place, this.#end);
  }
}
