import { isJsonObject } from '../request/json-value.ts';
import type { SchemaAdvice } from '../schema/problem.ts';
import { compileBody } from './compile-body.ts';
import { compileParameter, type ParameterPart, readParameters, withOwn } from './compile-parameter.ts';
import { isDialect } from './convert-schema.ts';
import { Documents, type LoadedFile, type LoadFile, type MappingPart, type Part } from './documents.ts';
import type { OpenApiSchema, Operation } from './operation.ts';
import { queryNamesOf, readsOf } from './operation-reads.ts';
import { type OpenApiProblem, type OpenApiWarning, Problems } from './problem.ts';
import { addRoute, newNode, type RouteNode } from './route.ts';
import { SchemaCompiler } from './schema-compiler.ts';
import { readSecurity, type Security, type SecurityScheme, schemesOf } from './security.ts';
import { basePathOf, basePaths } from './servers.ts';
import { type PathTemplate, readTemplate } from './template.ts';
import { readVersion } from './version.ts';

export interface OpenApiOptions
  extends Pick<OpenApiSchema, 'maxBytes' | 'unknown' | 'unknownQuery' | 'credentials'> {
  /** In place of the paths of the servers; undefined: those of the document. */
  readonly basePath: string | undefined;
  /** `deny`: a property that is `readOnly` may not be sent. */
  readonly readOnly: 'deny' | 'allow';
}

/** An operation for the checks of a policy folder. */
export interface ListedOperation {
  readonly operation: Operation;
  /** Paths with those of the servers. */
  readonly templates: readonly PathTemplate[];
  readonly security: Security;
  /** Place of the operation in the document. */
  readonly part: Part;
}

export interface CompiledOpenApi {
  /** Undefined if there are problems. */
  readonly schema: OpenApiSchema | undefined;
  readonly operations: readonly ListedOperation[];
  readonly schemes: ReadonlyMap<string, SecurityScheme>;
  readonly problems: readonly OpenApiProblem[];
  readonly warnings: readonly OpenApiWarning[];
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

const PATH_FIELDS: readonly string[] = [
  ...METHODS,
  '$ref',
  'summary',
  'description',
  'servers',
  'parameters',
];

/** Most operations of a document, and most paths with those of the servers. */
const MAX_OPERATIONS = 5_000;
const MAX_ROUTES = 50_000;

/**
 * Compiles a document of OpenAPI 3.0 or 3.1 (https://spec.openapis.org/oas/), as far as it describes requests. `load`
 * reads the other files that it refers to.
 */
export function compileOpenApi(root: LoadedFile, load: LoadFile, options: OpenApiOptions): CompiledOpenApi {
  const problems = new Problems();
  const documents = new Documents(root, load, problems);
  const part = { file: root.file, pointer: '', value: root.value };
  const compilation = new Compilation(documents, part, options);
  const read = compilation.run();
  const { all, warnings } = problems;
  return { ...read, problems: all, warnings, schema: all.length > 0 ? undefined : read.schema };
}

class Compilation {
  readonly #documents: Documents;
  readonly #root: Part;
  readonly #options: OpenApiOptions;
  readonly #routes: RouteNode<Operation> = newNode();
  readonly #listed: ListedOperation[] = [];
  readonly #schemes: ReadonlyMap<string, SecurityScheme>;
  #routeCount = 0;
  /** True after the document has exceeded a bound. */
  #isExceeded = false;

  constructor(documents: Documents, root: Part, options: OpenApiOptions) {
    this.#documents = documents;
    this.#root = root;
    this.#options = options;
    this.#schemes = schemesOf(documents, root);
  }

  run(): Omit<CompiledOpenApi, 'problems' | 'warnings'> {
    const { maxBytes, unknown, unknownQuery, credentials } = this.#options;
    this.#read();
    const schema: OpenApiSchema = {
      document: this.#root.file,
      routes: this.#routes,
      maxBytes,
      unknown,
      unknownQuery,
      credentials: credentials.union(credentialsOf(this.#schemes)),
    };
    return { schema, operations: this.#listed, schemes: this.#schemes };
  }

  #read(): void {
    const documents = this.#documents;
    if (!isJsonObject(this.#root.value)) {
      documents.problems.add(this.#root, 'an OpenAPI document must be a mapping');
      return;
    }
    const version = readVersion(documents, this.#root);
    if (version === undefined) return;
    const dialect = documents.member(this.#root, 'jsonSchemaDialect');
    if (dialect !== undefined && !isDialect(dialect.value)) {
      const help = 'remove it: the dialect of OpenAPI 3.1 is JSON Schema 2020-12';
      documents.problems.add(dialect, 'this dialect of schemas is not supported', help);
      return;
    }
    const paths = documents.member(this.#root, 'paths');
    if (paths === undefined || !isJsonObject(paths.value)) {
      const what = paths === undefined ? 'the document has no `paths`' : '`paths` must be a mapping';
      documents.problems.add(paths ?? this.#root, what, 'list the operations by path and method');
      return;
    }
    this.#paths(paths, new SchemaCompiler(documents, { version, readOnly: this.#options.readOnly }));
  }

  #paths(paths: Part, compiler: SchemaCompiler): void {
    const { problems } = this.#documents;
    for (const [path, item] of this.#documents.members(paths)) {
      if (this.#isExceeded) return;
      if (path.startsWith('x-')) continue;
      const { template, problem, help } = readTemplate(path);
      if (template === undefined) {
        problems.add(item, problem, help);
        continue;
      }
      this.#pathItem(path, template, item, compiler);
    }
  }

  #pathItem(path: string, template: PathTemplate, written: Part, compiler: SchemaCompiler): void {
    const documents = this.#documents;
    const item = documents.mapping(written, 'a path');
    if (item === undefined) return;
    this.#warnOfFields(item);
    const names = new Set(template.segments.flatMap((each) => (each.kind === 'literal' ? [] : each.names)));
    const shared = readParameters(documents, documents.member(item, 'parameters'));
    this.#reportStray(shared, names, path);
    for (const method of METHODS) {
      const operation = documents.member(item, method);
      const part = operation && documents.mapping(operation, 'an operation');
      if (part === undefined) continue;
      if (this.#listed.length >= MAX_OPERATIONS) {
        this.#isExceeded = true;
        documents.problems.add(part, `the document has more than ${MAX_OPERATIONS} operations`);
        return;
      }
      const own = readParameters(documents, documents.member(part, 'parameters'));
      this.#reportStray(own, names, path);
      const all = withOwn(shared, own);
      this.#reportUndefined(all, names, path, part);
      this.#operation({ path, method, item, part, all, compiler });
    }
  }

  /** Warns of names that are neither methods nor other fields of a path: `psot` describes no operation. */
  #warnOfFields(item: MappingPart): void {
    for (const [name, part] of this.#documents.members(item)) {
      if (PATH_FIELDS.includes(name) || name.startsWith('x-')) continue;
      this.#documents.problems.warn({
        code: 'unknown_keyword',
        place: part,
        message: `\`${name}\` is neither a method nor another field of a path, and describes nothing`,
        unknown: { name, known: METHODS },
      });
    }
  }

  /** Reports parameters of the path that it does not have. */
  #reportStray(parameters: readonly ParameterPart[], names: ReadonlySet<string>, path: string): void {
    for (const { name, place, part } of parameters) {
      if (place !== 'path' || names.has(name)) continue;
      this.#documents.problems.add(part, `the path \`${path}\` has no \`{${name}}\``, strayHelp(path, names));
    }
  }

  /** Reports names in the path that no parameter defines. */
  #reportUndefined(
    parameters: readonly ParameterPart[],
    names: ReadonlySet<string>,
    path: string,
    part: Part,
  ): void {
    for (const name of names) {
      if (parameters.some((each) => each.place === 'path' && each.name === name)) continue;
      const help = `add \`{name: ${name}, in: path, required: true, schema: {type: string}}\` to its \`parameters\``;
      this.#documents.problems.add(part, `\`{${name}}\` of the path \`${path}\` is not defined`, help);
    }
  }

  #operation(written: {
    readonly path: string;
    readonly method: string;
    readonly item: MappingPart;
    readonly part: MappingPart;
    readonly all: readonly ParameterPart[];
    readonly compiler: SchemaCompiler;
  }): void {
    const documents = this.#documents;
    const { path, method, item, part, all, compiler } = written;
    const parameters = all.flatMap((each) => compileParameter(documents, compiler, each, all) ?? []);
    const body = documents.member(part, 'requestBody');
    const id = part.value['operationId'];
    const operation: Operation = {
      id: typeof id === 'string' ? id : '',
      method: method.toUpperCase(),
      path,
      parameters,
      query: queryNamesOf(parameters),
      cookies: new Set(parameters.flatMap(({ name, place }) => (place === 'cookie' ? [name] : []))),
      body: body && compileBody(documents, compiler, body),
      reads: readsOf(parameters),
    };
    const templates = this.#templates(path, item, part);
    const security = readSecurity(documents, this.#root, part, this.#schemes);
    this.#listed.push({ operation, templates, security, part });
    for (const template of templates) this.#route(template, operation, part);
  }

  #route(template: PathTemplate, operation: Operation, part: Part): void {
    this.#routeCount += 1;
    if (this.#routeCount > MAX_ROUTES) {
      this.#isExceeded = true;
      this.#documents.problems.add(
        this.#root,
        `the document has more than ${MAX_ROUTES} paths with those of its servers`,
        'write `basePath` in the policy',
      );
      return;
    }
    const other = addRoute(this.#routes, template, operation.method, operation);
    if (other === undefined || other === operation) return;
    const message = `\`${operation.method} ${operation.path}\` is the same operation as \`${other.method} ${other.path}\``;
    const help = 'no request tells them apart: write one of them';
    this.#documents.problems.add(part, message, help);
  }

  /** The path below each path of the servers. */
  #templates(path: string, item: Part, operation: Part): readonly PathTemplate[] {
    const { basePath } = this.#options;
    const servers =
      this.#documents.member(operation, 'servers') ??
      this.#documents.member(item, 'servers') ??
      this.#documents.member(this.#root, 'servers');
    const bases = basePath === undefined ? basePaths(this.#documents, servers) : [basePathOf(basePath)];
    return bases.flatMap((base) => {
      const read = readTemplate(`${base}${path}`);
      if (read.template !== undefined) return [read.template];
      this.#documents.problems.add(servers ?? operation, read.problem);
      return [];
    });
  }
}

function credentialsOf(schemes: ReadonlyMap<string, SecurityScheme>): ReadonlySet<string> {
  return new Set([...schemes.values()].flatMap(({ queryName }) => queryName ?? []));
}

/** Help for a parameter that a path does not have: paths of other routers have `:id`. */
function strayHelp(path: string, names: ReadonlySet<string>): SchemaAdvice {
  const meant = path.replaceAll(/(?<=\/):(\w+)/g, '{$1}');
  if (meant !== path) return { help: `write \`${meant}\`` };
  const written = [...names].map((each) => `\`{${each}}\``).join(', ');
  return written === '' ? {} : { help: `the path has ${written}` };
}
