import type { JsonValue } from '../../engine/request/attributes.ts';

/** A policy document that was made from foreign documents. */
export interface ImportedDocument {
  readonly kind: 'Policy' | 'Issuer' | 'Dataset' | 'PolicyTest';
  readonly name: string;
  readonly description?: string;
  /** Written as comments above the document. */
  readonly remarks: readonly string[];
  readonly spec: Written;
}

/** A value of a document; `undefined` members are left out. */
export type Written =
  | JsonValue
  | Remarked
  | readonly Written[]
  | { readonly [name: string]: Written | undefined };

/** A value with comments above it. */
export class Remarked {
  readonly remarks: readonly string[];
  readonly value: Written;

  constructor(remarks: readonly string[], value: Written) {
    this.remarks = remarks;
    this.value = value;
  }
}

/** The documents of an import, or the reason why there are none: the predicate of a sentence about the file. */
export type Imported =
  | { readonly documents: readonly ImportedDocument[]; readonly problem?: undefined }
  | { readonly problem: string; readonly documents?: undefined };
