import { nearest, quoted } from '../../diagnostic/suggest.ts';

/** Most fields that a help lists. */
const MOST_FIELDS = 12;

/** Help for an unknown field: the fields that there are. */
export function fieldsHelp(message: string, fields: readonly string[]): string {
  if (fields.length === 0) return `\`${message}\` has no fields`;
  const rest = fields.length - MOST_FIELDS;
  const more = rest > 0 ? ` and ${rest} more` : '';
  return `\`${message}\` has ${quoted(fields.slice(0, MOST_FIELDS))}${more}`;
}

/** The full name that was probably meant: similar as a whole, or in its last part. */
export function nearestMessage(name: string, names: Iterable<string>): string | undefined {
  const all = [...names];
  const last = (each: string) => each.slice(each.lastIndexOf('.') + 1);
  const ending = all.find((each) => last(each) === last(name));
  if (ending !== undefined) return ending;
  const whole = nearest(name, all);
  if (whole !== undefined) return whole;
  const near = nearest(last(name), all.map(last));
  return near && all.find((each) => last(each) === near);
}
