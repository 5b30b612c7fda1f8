import {
  type DescEnum,
  type DescExtension,
  type DescField,
  type DescFile,
  type DescMessage,
  ScalarType,
} from '@bufbuild/protobuf';

/**
 * The source of a file of which only the descriptor is at hand, without its options: enough to import it from other
 * files. For files of proto2.
 */
export function protoSource(file: DescFile): string {
  const extensions = file.extensions.map((each) => `extend .${each.extendee.typeName} { ${field(each)} }`);
  return [
    'syntax = "proto2";',
    `package ${file.proto.package};`,
    ...file.dependencies.map(({ name }) => `import "${name}.proto";`),
    ...extensions,
    ...file.enums.map(enumeration),
    ...file.messages.map(message),
  ].join('\n');
}

function enumeration({ name, values, proto }: DescEnum): string {
  const alias = proto.options?.allowAlias === true ? 'option allow_alias = true; ' : '';
  return `enum ${name} { ${alias}${values.map((each) => `${each.name} = ${each.number};`).join(' ')} }`;
}

function message(desc: DescMessage): string {
  const grouped = new Set(desc.oneofs.flatMap(({ fields }) => fields));
  const ranges = desc.proto.extensionRange.map(
    ({ start, end }) => `extensions ${start} to ${end > 5e8 ? 'max' : end - 1};`,
  );
  return [
    `message ${desc.name} {`,
    ...desc.nestedEnums.map(enumeration),
    ...desc.nestedMessages.map(message),
    ...desc.fields.filter((each) => !grouped.has(each)).map(field),
    ...desc.oneofs.map(({ name, fields }) => `oneof ${name} { ${fields.map(member).join(' ')} }`),
    ...ranges,
    '}',
  ].join('\n');
}

function field(each: DescField | DescExtension): string {
  if (each.fieldKind === 'map') return member(each);
  return `${each.fieldKind === 'list' ? 'repeated' : 'optional'} ${member(each)}`;
}

function member(each: DescField | DescExtension): string {
  return `${typeOf(each)} ${each.name} = ${each.number};`;
}

function typeOf(each: DescField | DescExtension): string {
  const value = each.message?.typeName ?? each.enum?.typeName;
  const element = value === undefined ? ScalarType[each.scalar ?? 0]?.toLowerCase() : `.${value}`;
  return each.fieldKind === 'map'
    ? `map<${ScalarType[each.mapKey]?.toLowerCase()}, ${element}>`
    : `${element}`;
}
