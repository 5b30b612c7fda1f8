import { document, type Files, type HostileFolder, many, policy } from './hostile-folder.ts';

/** A folder with one policy and one dataset, which is in a file of its own and which the policy reads. */
function withDataset(name: string, content: string, key = ''): Files {
  return {
    'policy.yaml': `${policy('shop', '  variables: {v: "data.rows == data.rows"}\n')}---\n${document('Dataset', 'rows', `{file: ${name}${key}}`)}`,
    [name]: content,
  };
}

/** Datasets, Environments and key sets. */
export const DATA: readonly HostileFolder[] = [
  {
    name: 'data: a sound CSV file of a mebibyte',
    outcome: 'loads',
    files: (scale = 1) =>
      withDataset(
        'rows.csv',
        `id,name,tier\n${many(40_000 * scale, (each) => `id-${each},name ${each},gold`)}\n`,
        ', key: id',
      ),
  },
  {
    name: 'data: a CSV file of ten thousand columns',
    outcome: 'loads',
    files: (scale = 1) => {
      const columns = 10_000 * scale;
      return withDataset(
        'rows.csv',
        `${many(columns, (each) => `column${each}`, ',')}\n${many(30, () => many(columns, () => '1', ','))}\n`,
      );
    },
  },
  {
    name: 'data: a CSV file with one column name twice, among thousands',
    outcome: 'duplicate_name',
    files: (scale = 1) => withDataset('rows.csv', `${many(80_000 * scale, (each) => `c${each}`, ',')},c0\n`),
  },
  {
    name: 'data: a CSV file whose quote is not closed',
    outcome: 'invalid_reference',
    files: (scale = 1) => withDataset('rows.csv', `a,b\n"${'x,y\n'.repeat(200_000 * scale)}`),
  },
  {
    name: 'data: a CSV file in which each key is used twice',
    outcome: 'duplicate_name',
    files: (scale = 1) =>
      withDataset(
        'rows.csv',
        `id,name\n${many(40_000 * scale, (each) => `id-${each % 20_000},n`)}\n`,
        ', key: id',
      ),
  },
  {
    name: 'data: a CSV file with a short line at the end of each row',
    outcome: 'invalid_reference',
    files: (scale = 1) => withDataset('rows.csv', `a,b\n${many(100_000 * scale, () => 'x')}\n`),
  },
  {
    name: 'data: a sound JSON file of a mebibyte',
    outcome: 'loads',
    files: (scale = 1) =>
      withDataset(
        'rows.json',
        `[${many(18_000 * scale, (each) => `{"id": "id-${each}", "limit": ${each}, "open": true}`, ',\n')}]`,
        ', key: id',
      ),
  },
  {
    name: 'data: a JSON file in which each row lacks its key',
    outcome: 'missing_field',
    files: (scale = 1) =>
      withDataset(
        'rows.json',
        `[${many(18_000 * scale, (each) => `{"idd": "id-${each}"}`, ',\n')}]`,
        ', key: id',
      ),
  },
  {
    name: 'data: a JSON file in which each key is used twice',
    outcome: 'duplicate_name',
    files: (scale = 1) =>
      withDataset(
        'rows.json',
        `[${many(18_000 * scale, (each) => `{"id": "id-${each % 9_000}"}`, ',\n')}]`,
        ', key: id',
      ),
  },
  {
    name: 'data: a sound YAML file of a mebibyte',
    outcome: 'loads',
    files: (scale = 1) =>
      withDataset(
        'rows.yaml',
        many(20_000 * scale, (each) => `- {id: id-${each}, limit: ${each}, open: true}`),
        ', key: id',
      ),
  },
  {
    name: 'data: a YAML file of blocks in which each row lacks its key',
    outcome: 'missing_field',
    files: (scale = 1) =>
      withDataset(
        'rows.yaml',
        many(20_000 * scale, (each) => `- idd: id-${each}\n  limit: ${each}`),
        ', key: id',
      ),
  },
  {
    name: 'data: a list of numbers of a mebibyte',
    outcome: 'loads',
    files: (scale = 1) => withDataset('rows.json', `[${many(150_000 * scale, (each) => `${each}`, ',')}]`),
  },
  {
    name: 'data: six files of as many values as one may have',
    outcome: 'folder_too_large',
    files: () => ({
      'policy.yaml': `${policy('shop')}---\n${many(6, (each) => document('Dataset', `d${each}`, `{file: rows${each}.json}`), '---\n')}`,
      ...Object.fromEntries(
        Array.from({ length: 6 }, (_, each) => [`rows${each}.json`, `[${many(240_000, () => '1', ',')}]`]),
      ),
    }),
  },
  {
    name: 'data: lists within lists to the deepest level',
    outcome: 'loads',
    files: (scale = 1) =>
      withDataset('rows.json', `[${many(8_000 * scale, () => `${'['.repeat(60)}1${']'.repeat(60)}`, ',')}]`),
  },
  {
    name: 'data: a mapping of sixty thousand names',
    outcome: 'loads',
    files: (scale = 1) =>
      withDataset('rows.json', `{${many(60_000 * scale, (each) => `"n${each}": ${each}`, ',')}}`),
  },
  {
    name: 'data: one file that thousands of datasets read',
    outcome: 'loads',
    files: (scale = 1) => ({
      'policy.yaml': `${policy('shop')}---\n${many(3_000 * scale, (each) => document('Dataset', `d${each}`, '{file: rows.json}'), '---\n')}`,
      'rows.json': `[${many(20_000 * scale, (each) => `"row ${each}"`, ',')}]`,
    }),
  },
  {
    name: 'data: a YAML file that thousands of datasets read',
    outcome: 'loads',
    files: (scale = 1) => ({
      'policy.yaml': `${policy('shop')}---\n${many(1_000 * scale, (each) => document('Dataset', `d${each}`, '{file: rows.yaml}'), '---\n')}`,
      'rows.yaml': many(20_000 * scale, (each) => `- row ${each}`),
    }),
  },
  {
    name: 'data: a broken YAML file that thousands of datasets read',
    outcome: 'yaml_syntax',
    files: (scale = 1) => ({
      'policy.yaml': `${policy('shop')}---\n${many(1_000 * scale, (each) => document('Dataset', `d${each}`, '{file: rows.yaml}'), '---\n')}`,
      'rows.yaml': `${many(20_000 * scale, (each) => `- row ${each}`)}\n- [`,
    }),
  },
  {
    name: 'data: Environments times values',
    outcome: 'loads',
    files: (scale = 1) => {
      const values = `{values: {${many(100 * scale, (each) => `v${each}: ${each}`, ', ')}}}`;
      return {
        'policy.yaml': `${policy('shop')}---\n${many(400 * scale, (each) => document('Environment', `e${each}`, values), '---\n')}`,
      };
    },
  },
  {
    name: 'data: Environments of which each has values of its own',
    outcome: 'environments_differ',
    files: (scale = 1) => ({
      'policy.yaml': `${policy('shop')}---\n${many(
        300 * scale,
        (each) =>
          document(
            'Environment',
            `e${each}`,
            `{values: {${many(20, (value) => `value_${each}_${value}: 1`, ', ')}}}`,
          ),
        '---\n',
      )}`,
    }),
  },
  {
    name: 'data: Environments in which each of many policies is a shadow policy',
    outcome: 'loads',
    files: (scale = 1) => {
      const shadow = `{shadow: [${many(300 * scale, (each) => `p${each}`, ', ')}]}`;
      return {
        'policies.yaml': many(300 * scale, (each) => policy(`p${each}`), '---\n'),
        'environments.yaml': many(
          300 * scale,
          (each) => document('Environment', `e${each}`, shadow),
          '---\n',
        ),
      };
    },
  },
  {
    name: 'data: Environments that name thousands of policies which do not exist',
    outcome: 'unknown_reference',
    files: (scale = 1) => ({
      'policies.yaml': many(1_500 * scale, (each) => policy(`policy-${each}`), '---\n'),
      'environment.yaml': document(
        'Environment',
        'e',
        `{shadow: [${many(20_000 * scale, (each) => `policyx-${each}`, ', ')}]}`,
      ),
    }),
  },
  {
    name: 'keys: a key set of thousands of keys',
    outcome: 'invalid_keys',
    files: (scale = 1) =>
      withKeys(
        many(6_500 * scale, (each) => `{"kty": "EC", "crv": "P-256", "kid": "k${each}", ${POINT}}`, ','),
      ),
  },
  {
    name: 'keys: a key set of five thousand keys with one name',
    outcome: 'invalid_keys',
    files: (scale = 1) =>
      withKeys(many(5_000 * scale, () => `{"kty": "EC", "crv": "P-256", "kid": "k", ${POINT}}`, ',')),
  },
  {
    name: 'keys: a key set of broken keys',
    outcome: 'invalid_keys',
    files: (scale = 1) =>
      withKeys(
        many(
          12_000 * scale,
          (each) => `{"kty": "EC", "crv": "P-256", "kid": "k${each}", "x": "AA", "y": "AA"}`,
          ',',
        ),
      ),
  },
  {
    name: 'keys: an RSA modulus of half a mebibyte',
    outcome: 'invalid_keys',
    files: (scale = 1) => withKeys(`{"kty": "RSA", "e": "AQAB", "n": "${'x'.repeat(600_000 * scale)}"}`),
  },
  {
    name: 'keys: thousands of Issuers with one key set',
    outcome: 'invalid_keys',
    files: (scale = 1) => ({
      'policies.yaml': `${policy('shop')}---\n${many(
        1_500 * scale,
        (each) =>
          document(
            'Issuer',
            `i${each}`,
            `{issuer: "https://i${each}.example", anyAudience: true, keys: {jwksFile: keys.json}}`,
          ),
        '---\n',
      )}`,
      'keys.json': `{"keys": [${many(500 * scale, (each) => `{"kty": "EC", "crv": "P-256", "kid": "k${each}", ${POINT}}`, ',')}]}`,
    }),
  },
];

/** A point of P-256: that of RFC 7517, appendix A.1. */
const POINT =
  '"x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"';

function withKeys(keys: string): Files {
  const issuer = '{issuer: "https://login.example", anyAudience: true, keys: {jwksFile: keys.json}}';
  return {
    'policy.yaml': `${policy('shop')}---\n${document('Issuer', 'login', issuer)}`,
    'keys.json': `{"keys": [${keys}]}`,
  };
}
