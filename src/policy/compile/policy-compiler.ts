import type { Environment } from '../../cel/check/environment.ts';
import type { CompiledPolicy } from '../../engine/set/policy-set.ts';
import { type DocumentOf, documentsOf, isPartial, type PolicyDocument } from '../language/document.ts';
import { type PolicySpec, readPolicySpec } from '../language/policy-document.ts';
import { report } from '../language/reader.ts';
import type { Cursor } from '../yaml/tree.ts';
import { adopt, parameterDeclarations } from './adopt.ts';
import { compilePolicy, type Folder } from './compile-policy.ts';
import type { LocatedExpression } from './expression-location.ts';
import { Expressions, locateExpression, type ValidExpression } from './expressions.ts';

/** What expressions may read, by the name of the document that holds them. */
export interface Scopes {
  /** Wherever they stand. */
  readonly folder: Environment;
  /** With their variables, and the parameters of their templates. */
  readonly policies: ReadonlyMap<string, Environment>;
  /** With their parameters. */
  readonly templates: ReadonlyMap<string, Environment>;
}

type Template = DocumentOf<'PolicyTemplate'>;

/** What the policies of a template share. */
interface Adoption {
  readonly expressions: Expressions;
  /** Parameters that stand somewhere as `{param: NAME}`. */
  readonly placed: Set<string>;
}

/** A policy with where it stands. */
export interface WrittenPolicy {
  readonly name: string;
  readonly nameAt: Cursor;
  readonly spec: PolicySpec;
  /** The spec, with that of its template in it. */
  readonly at: Cursor;
}

/** Compiles the policies of a folder, each with the template that it uses. */
export class PolicyCompiler {
  readonly policies = new Map<string, CompiledPolicy>();
  /** Names of policies of which a rule or limit, or the whole, could not be read. */
  readonly partial = new Set<string>();
  readonly #folder: Folder;
  readonly #templates: ReadonlyMap<string, Template>;
  readonly #adoptions = new Map<Template, Adoption>();
  readonly #expressions = new Map<string, readonly ValidExpression[]>();
  readonly #compiled: (WrittenPolicy & { readonly expressions: Expressions })[] = [];

  constructor(documents: readonly PolicyDocument[], folder: Folder) {
    this.#folder = folder;
    this.#templates = new Map(
      documentsOf(documents, 'PolicyTemplate').map((template) => [template.name.value, template]),
    );
  }

  /** Each policy as it stands in its file, with its template's part in it. */
  get written(): readonly WrittenPolicy[] {
    return this.#compiled;
  }

  /** What was read of each policy. */
  get specs(): readonly PolicySpec[] {
    return this.#compiled.map(({ spec }) => spec);
  }

  /** The expressions of a policy as written, those of its template included, with their locations. */
  expressionsOf(policy: string): readonly LocatedExpression[] {
    return (this.#expressions.get(policy) ?? []).map(locateExpression);
  }

  /** What the expressions of each document may read. */
  get scopes(): Scopes {
    const { expressions } = this.#folder;
    const policies = this.#compiled.map(({ name, expressions: own }) => [name, own.environment] as const);
    const templates = [...this.#templates].map(([name, template]) => {
      const own = expressions.extended('params', parameterDeclarations(template));
      return [name, own.environment] as const;
    });
    return {
      folder: expressions.environment,
      policies: new Map(policies),
      templates: new Map(templates),
    };
  }

  /** Reports what is wrong in a policy that is not to be compiled. */
  read({ spec }: DocumentOf<'Policy'>): void {
    if (spec !== undefined) readPolicySpec(adopt(spec, this.#templates, this.#folder.incomplete).at);
  }

  compile(document: DocumentOf<'Policy'>): void {
    const name = document.name.value;
    if (document.spec === undefined) {
      this.partial.add(name);
      return;
    }
    const { at, template, params, placed } = adopt(document.spec, this.#templates, this.#folder.incomplete);
    const spec = readPolicySpec(at);
    if (isPartial(at, spec)) this.partial.add(name);
    if (spec === undefined) return;
    const before = this.#folder.expressions.valid.length;
    const adoption = template && this.#adoption(template);
    for (const each of placed) adoption?.placed.add(each);
    const outer = adoption?.expressions ?? this.#folder.expressions;
    const { expressions, programs } = Expressions.withVariables(outer, spec.variables ?? new Map());
    this.#compiled.push({ name, nameAt: { ...document.name.at, path: '' }, spec, at, expressions });
    const compiled = compilePolicy(document, spec, { ...this.#folder, expressions });
    const controls = [...new Set([...(template?.metadata.controls ?? []), ...compiled.controls])];
    const policy: CompiledPolicy = { ...compiled, controls, params, variables: programs };
    this.policies.set(name, policy);
    this.#expressions.set(name, this.#folder.expressions.valid.slice(before));
  }

  /** A variable that nobody reads does nothing, as does a template that nobody adopts. To be called without errors. */
  warnOfUnused(): void {
    for (const { spec, expressions } of this.#compiled) {
      for (const [name, { at }] of spec.variables ?? []) {
        if (expressions.read.has(`variables.${name}`)) continue;
        report(at, 'unused_variable', `nothing reads \`variables.${name}\``, 'leave it out', at.key);
      }
    }
    for (const [name, template] of this.#templates) {
      const adoption = this.#adoptions.get(template);
      if (adoption === undefined) {
        report(
          { ...template.name.at, path: '' },
          'unused_template',
          `no policy uses the template \`${name}\``,
        );
        continue;
      }
      for (const [parameter, { at }] of template.spec?.parameters ?? []) {
        if (adoption.placed.has(parameter) || adoption.expressions.read.has(`params.${parameter}`)) continue;
        const message = `the parameter \`${parameter}\` stands nowhere in the template`;
        report(at, 'unused_parameter', message, 'leave it out', at.key);
      }
    }
  }

  #adoption(template: Template): Adoption {
    const known = this.#adoptions.get(template);
    if (known !== undefined) return known;
    const expressions = this.#folder.expressions.extended('params', parameterDeclarations(template));
    const adoption = { expressions, placed: new Set<string>() };
    this.#adoptions.set(template, adoption);
    return adoption;
  }
}
