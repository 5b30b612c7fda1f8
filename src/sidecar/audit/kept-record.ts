import type { Decision } from '../../engine/decision/decide.ts';
import type { RecordLine } from './recent.ts';
import type { Recorded } from './record.ts';
import { type Place, recordLine } from './record-bytes.ts';

/** About as many UTF-16 units as a record holds besides the texts of the caller. */
const OWN_LENGTH = 400;

/** A record that is written when somebody reads it, from parts of the decision that do not keep the request. */
export class KeptRecord implements RecordLine {
  readonly id: string;
  /** UTF-16 units that it holds in memory. */
  readonly length: number;
  readonly #decision: Recorded;
  readonly #place: Place;

  constructor(decision: Decision, place: Place) {
    const { request, source, destination, caller, jwt } = decision;
    const { id, method, host, path } = request;
    const { principal, address } = source;
    const peers = principal.length + address.length + destination.principal.length;
    const texts = id.length + method.length + host.length + path.length + peers;
    this.id = decision.id;
    this.length = OWN_LENGTH + texts + (typeof place === 'string' ? place.length : 0);
    this.#place = place;
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
      request: { id, method, host, path },
      source: { principal, address },
      destination: { principal: destination.principal },
      caller,
      jwt,
      controls: decision.controls,
      limits: decision.limits,
      shadow: decision.shadow,
    };
  }

  get line(): string {
    return recordLine(this.#decision, this.#place);
  }
}
