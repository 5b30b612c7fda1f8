import type { Flags, ValuesOf } from '../../flag/flag.ts';
import { nonEmptyText, wholeNumber } from '../../flag/parsers.ts';

export const REPORT_FLAGS = {
  output: {
    value: 'FORM',
    choices: ['text', 'markdown', 'json', 'csv'],
    default: 'text',
    doc: 'form of the report',
  },
  catalogue: {
    value: 'FILE',
    parse: nonEmptyText,
    doc: 'list all controls of this YAML or JSON file, also those without a policy; `-` is standard input',
  },
  'ending-within': {
    value: 'DAYS',
    parse: wholeNumber,
    default: '30',
    doc: 'mark exceptions that end within these days',
  },
} as const satisfies Flags;

export type ReportOptions = ValuesOf<typeof REPORT_FLAGS>;
