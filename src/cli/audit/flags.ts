import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { nonEmptyText } from '../../flag/parsers.ts';
import { listenAddress } from '../../sidecar/server/setting-parsers.ts';
import { pointInTime, recordNames } from './parsers.ts';

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
  proof: {
    value: 'FILE',
    parse: nonEmptyText,
    doc: '`verify`: a proof of `audit prove`, in the place of logs; requires `--keys`',
  },
  log: {
    value: 'FILE',
    parse: nonEmptyText,
    repeatable: true,
    doc: '`prove`: the log of the decision; repeatable',
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
    doc: '`key`: the file for the private key, which must not exist; `prove`: the file for the proof (default: standard output)',
  },
  witness: { doc: '`key`: make the key of a witness' },
  state: {
    value: 'FILE',
    parse: nonEmptyText,
    doc: '`witness`: file with the last checkpoint of each log; created if it does not exist',
  },
  key: {
    value: 'FILE',
    parse: nonEmptyText,
    doc: '`witness`: its private key, of `audit key --witness`; `--keys` has those of the logs that it signs',
  },
  listen: {
    value: 'ADDR',
    parse: listenAddress,
    default: '127.0.0.1:9195',
    doc: '`witness`: address for checkpoints',
  },
  where: {
    value: 'CEL',
    parse: nonEmptyText,
    doc: '`query`: expression over the [fields of a record](records.md) that selects records',
  },
  since: {
    value: 'TIME',
    parse: pointInTime,
    doc: '`query`: begin of the time of records, such as `2026-06-01T12:00:00Z`, or `15m` for 15 minutes ago',
  },
  until: { value: 'TIME', parse: pointInTime, doc: '`query`: end of that time, exclusive' },
  fields: {
    value: 'NAMES',
    parse: recordNames,
    doc: '`query`: fields to print, such as `time,policy,request.path`',
  },
  'count-by': {
    value: 'NAMES',
    parse: recordNames,
    doc: '`query`: fields by whose values the selected records are counted',
  },
  output: {
    value: 'FORM',
    choices: ['human', 'json', 'csv', 'table'],
    default: 'human',
    doc: 'form of the result; in `query`, `human` is a table and `json` one object a line',
  },
} as const satisfies Flags;

export type AuditOptions = ValuesOf<typeof AUDIT_FLAGS>;
