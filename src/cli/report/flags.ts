import type { Flags, ValuesOf } from '../../flag/flag.ts';

export const REPORT_FLAGS = {
  output: {
    value: 'FORM',
    choices: ['text', 'markdown', 'json', 'csv'],
    default: 'text',
    doc: 'form of the report',
  },
} as const satisfies Flags;

export type ReportOptions = ValuesOf<typeof REPORT_FLAGS>;
