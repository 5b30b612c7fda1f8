import type { DenialCause } from './denial-cause.ts';

/** Thrown by a value of the activation that cannot be read; becomes the denial with the reason of that value. */
export class AttributeUnavailable extends Error {
  override readonly name = 'AttributeUnavailable';
  readonly denial: Pick<DenialCause, 'reason' | 'detail'>;

  constructor(denial: Pick<DenialCause, 'reason' | 'detail'>) {
    super(denial.detail);
    this.denial = denial;
  }
}
