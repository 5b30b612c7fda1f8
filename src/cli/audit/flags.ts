import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { nonEmptyText } from '../../flag/parsers.ts';
import { RESULT_FLAG } from '../terminal/decision-flags.ts';

export const AUDIT_FLAGS = {
  keys: {
    value: 'FILE',
    parse: nonEmptyText,
    doc: '`verify`: public keys of logs, one a line; without them, signatures are not verified',
  },
  'witness-keys': {
    value: 'FILE',
    parse: nonEmptyText,
    doc: '`verify`: public keys of witnesses, one a line',
  },
  checkpoint: {
    value: 'FILE',
    parse: nonEmptyText,
    repeatable: true,
    doc: '`verify`: signed checkpoint from elsewhere, such as a witness, that the log must contain; repeatable',
  },
  name: {
    value: 'NAME',
    parse: nonEmptyText,
    default: 'lictor',
    doc: '`key`: name of the key, such as `audit.acme.example/orders`',
  },
  out: {
    value: 'FILE',
    parse: nonEmptyText,
    doc: '`key`: the file for the private key, which must not exist',
  },
  witness: { doc: '`key`: make the key of a witness' },
  output: RESULT_FLAG,
} as const satisfies Flags;

export type AuditOptions = ValuesOf<typeof AUDIT_FLAGS>;
