import { PRESETS, type PresetFields } from '../../src/policy/language/issuer-presets.ts';
import { code, table } from './markdown.ts';

/** The table of presets: the providers, where their keys are, and the fields that each preset sets. */
export function presetTable(): string {
  const rows = Object.entries(PRESETS).map(([name, row]) => {
    const issuer = 'issuer' in row ? [`issuer ${code(row.issuer)}`] : [];
    const forms = row.forms.map(({ shown, ...form }) => {
      const fields = 'fields' in form ? `, ${fieldsText(form.fields)}` : '';
      const where =
        shown.issuer === 'any'
          ? ''
          : ` for ${shown.issuer.includes('`') ? shown.issuer : code(shown.issuer)}`;
      const keys = shown.keys === 'written' ? 'no keys' : `keys at ${code(shown.keys)}`;
      return `${keys}${where}${fields}`;
    });
    return [code(name), row.doc, [...issuer, ...forms, fieldsText(row.fields)].join('; ')];
  });
  return table(['preset', 'tokens', 'sets'], rows);
}

function fieldsText(fields: PresetFields): string {
  const { rolesPath, requireClaims, claims, algorithms, ...names } = fields;
  const lists = { rolesPath, requireClaims, algorithms };
  return [
    ...Object.entries(names).map(([field, name]) => code(`${field}: ${name}`)),
    ...Object.entries(lists).flatMap(([field, list]) =>
      list === undefined ? [] : [code(`${field}: [${list.join(', ')}]`)],
    ),
    ...Object.entries(claims ?? {}).map(([name, values]) => code(`claims: {${name}: ${values.join(', ')}}`)),
  ].join(', ');
}
