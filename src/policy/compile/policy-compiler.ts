import type { Environment } from '../../cel/check/environment.ts';
import type { Program } from '../../cel/interpret/program.ts';
import type { CompiledPolicy, SourceLocation } from '../../engine/set/policy-set.ts';
import {
  type DocumentOf,
  documentsOf,
  isPartial,
  type PolicyDocument,
  sourceOf,
} from '../language/document.ts';
import { type PolicySpec, readPolicySpec } from '../language/policy-document.ts';
import { report } from '../language/reader.ts';
import { longFormAt } from '../language/short-form.ts';
import type { Cursor } from '../yaml/tree.ts';
import {
  type AdoptedPolicy,
  adopt,
  type ExpansionRoom,
  MOST_EXPANDED,
  parameterDeclarations,
  withDefaults,
} from './adopt.ts';
import { compilePolicy } from './compile-policy.ts';
import type { LocatedExpression } from './expression-location.ts';
import { Expressions, locateExpression, type ValidExpression } from './expressions.ts';
import type { Folder } from './folder.ts';
import { headerReadsOf } from './header-reads.ts';
import { inputReadsOf } from './input-reads.ts';
import { type ServicesOfPolicy, servicesIn, withBodyType } from './message-services.ts';
import { parameterTexts } from './parameter-texts.ts';
import { type LocatedPattern, patternsOf } from './pattern-locations.ts';
import { BlockLists, type PlacedValue, type ValuesOf } from './prepare-blocks.ts';
import type { Reading } from './reading.ts';
import { inlineData } from './references.ts';
import { withShadowRules } from './shadow-rules.ts';

/** Names that expressions may read, by the document of the expression. */
export interface Scopes {
  /** Names available in every document. */
  readonly folder: Environment;
  /** By policy name; includes variables, and the parameters of the template. */
  readonly policies: ReadonlyMap<string, Environment>;
  /** By template name; includes parameters. */
  readonly templates: ReadonlyMap<string, Environment>;
}

type Template = DocumentOf<'PolicyTemplate'>;

/** Parts that all policies of one template share. */
interface Adoption {
  readonly expressions: Expressions;
  /** Parameters that the template uses as `{param: NAME}`. */
  readonly placed: Set<string>;
}

/** A policy as read, with its location. */
export interface WrittenPolicy {
  readonly name: string;
  readonly nameAt: Cursor;
  readonly spec: PolicySpec;
  /** The spec, merged with that of its template, with short forms as long forms. */
  readonly at: Cursor;
}

/** A template that a policy adopts, and the lines of its document. */
export interface AdoptedTemplate {
  readonly name: string;
  readonly source: SourceLocation;
  /** From 1, both included. */
  readonly firstLine: number;
  readonly lastLine: number;
}

/** The parts of the policies of a folder with their locations, for tools. Those of a template are included. */
export interface PolicyParts {
  /** The expressions of a policy in the order of compilation. */
  expressionsOf(policy: string): readonly LocatedExpression[];
  /** Its hosts, methods, paths and principals. */
  patternsOf(policy: string): readonly LocatedPattern[];
  /** The template that it adopts. */
  templateOf(policy: string): AdoptedTemplate | undefined;
}

/** The expressions of a policy, those of its template included. */
export interface CompiledExpressions {
  readonly policy: WrittenPolicy;
  readonly valid: readonly ValidExpression[];
  /** Names that its expressions may read. */
  readonly environment: Environment;
  /** Names that an expression of the policy reads, also through variables. */
  readonly allReads: (program: Pick<Program, 'reads'>) => ReadonlySet<string>;
}

/** Compiles the policies of a folder, each with the template that it uses. */
export class PolicyCompiler implements PolicyParts {
  readonly policies = new Map<string, CompiledPolicy>();
  /** Names of policies that could not be read, or of which a rule or limit could not be read. */
  readonly partial = new Set<string>();
  readonly #folder: Folder;
  readonly #reading: Reading;
  readonly #templates: ReadonlyMap<string, Template>;
  readonly #adoptions = new Map<Template, Adoption>();
  readonly #unadopted = new Map<Template, Adoption>();
  /** By the name of the adopting policy. */
  readonly #adopted = new Map<string, AdoptedTemplate>();
  readonly #room: ExpansionRoom = { left: MOST_EXPANDED };
  readonly #expressions = new Map<string, readonly ValidExpression[]>();
  /** By policy name. */
  readonly #params = new Map<string, ReadonlyMap<string, PlacedValue>>();
  readonly #compiled: (WrittenPolicy & { readonly expressions: Expressions })[] = [];

  constructor(documents: readonly PolicyDocument[], folder: Folder, reading: Reading) {
    this.#folder = folder;
    this.#reading = reading;
    this.#templates = new Map(
      documentsOf(documents, 'PolicyTemplate').map((template) => [template.name.value, template]),
    );
  }

  /** Every policy as read, merged with its template. */
  get written(): readonly WrittenPolicy[] {
    return this.#compiled;
  }

  /** The expressions of every policy as written. */
  get expressions(): readonly CompiledExpressions[] {
    return this.#compiled.map((policy) => ({
      policy,
      valid: this.#expressions.get(policy.name) ?? [],
      environment: policy.expressions.environment,
      allReads: (program) => policy.expressions.allReads(program),
    }));
  }

  get specs(): readonly PolicySpec[] {
    return this.#compiled.map(({ spec }) => spec);
  }

  /** The expressions of a policy as written, those of its template included, with their locations. */
  expressionsOf(policy: string): readonly LocatedExpression[] {
    return (this.#expressions.get(policy) ?? []).map(locateExpression);
  }

  /** The patterns of a policy, those of its template included, with their locations. */
  patternsOf(policy: string): readonly LocatedPattern[] {
    const written = this.#compiled.find(({ name }) => name === policy);
    const compiled = this.policies.get(policy);
    return written === undefined || compiled === undefined
      ? []
      : patternsOf(written.at, written.spec, compiled);
  }

  /** The template that a policy adopts. */
  templateOf(policy: string): AdoptedTemplate | undefined {
    return this.#adopted.get(policy);
  }

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

  /** Reports the mistakes in a policy without compiling it. */
  read({ spec }: DocumentOf<'Policy'>): void {
    if (spec !== undefined) readPolicySpec(this.#adopt(spec).at);
  }

  compile(document: DocumentOf<'Policy'>): void {
    const name = document.name.value;
    if (document.spec === undefined) {
      this.partial.add(name);
      return;
    }
    const { at: written, template, params, paramsAt, placed } = this.#adopt(document.spec);
    const read = () => {
      const at = longFormAt(written);
      return { at, spec: readPolicySpec(at) };
    };
    // With a template, it depends on more than the document.
    const { at, spec } = written === document.spec ? this.#reading.read(document, read) : read();
    if (isPartial(at, spec)) this.partial.add(name);
    if (spec === undefined) return;
    const before = this.#folder.expressions.valid.length;
    const adoption = template && this.#adoption(template);
    for (const each of placed) adoption?.placed.add(each);
    if (template !== undefined) this.#adopted.set(name, adoptedTemplate(template));
    const services = servicesIn(spec, this.#folder);
    const outer = this.#typed(spec, services, adoption?.expressions);
    const { expressions, programs } = Expressions.withVariables(outer, spec.variables ?? new Map(), {
      shared: template !== undefined,
    });
    this.#compiled.push({ name, nameAt: { ...document.name.at, path: '' }, spec, at, expressions });
    const compiled = compilePolicy(document, spec, { ...this.#folder, expressions }, services);
    const controls = [...new Set([...(template?.metadata.controls ?? []), ...compiled.controls])];
    const policy = { ...compiled, controls, params, variables: programs };
    const inputs = inputReadsOf(
      policy,
      compiled.shadowRules.map(({ rule }) => rule),
    );
    this.policies.set(name, withShadowRules({ ...policy, headers: headerReadsOf(policy), inputs }));
    this.#params.set(name, placedValues(params, paramsAt));
    this.#expressions.set(name, this.#folder.expressions.valid.slice(before));
  }

  /**
   * Reports the mistakes in templates that no policy uses: before the first policy, not at it. Call it after all
   * policies are compiled.
   */
  *compileUnadopted(): Generator<undefined, void> {
    for (const template of this.#templates.values()) {
      if (this.#adoptions.has(template)) continue;
      const filled = withDefaults(template, this.#room);
      const spec = filled && readPolicySpec(filled.at);
      yield;
      if (filled === undefined || spec === undefined) continue;
      const outer = this.#folder.expressions.extended('params', parameterDeclarations(template));
      const services = servicesIn(spec, this.#folder);
      const typed = this.#typed(spec, services, outer);
      const { expressions } = Expressions.withVariables(typed, spec.variables ?? new Map(), {
        shared: false,
      });
      compilePolicy(template, spec, { ...this.#folder, expressions }, services);
      this.#unadopted.set(template, { expressions: outer, placed: new Set(filled.placed) });
    }
  }

  /** Reads the lists of CIDR blocks that expressions search; `shared` are the values that all policies read. */
  prepareBlocks(shared: ValuesOf): void {
    const lists = new BlockLists();
    for (const [name, expressions] of this.#expressions) {
      const params = this.#params.get(name) ?? new Map<string, PlacedValue>();
      lists.prepare(expressions, (read) => {
        const own = params.get(read);
        return own === undefined ? shared(read) : [own];
      });
    }
  }

  /** Reports unused variables, templates and parameters. Call it only for a folder without errors. */
  warnOfUnused(): void {
    for (const { spec, expressions } of this.#compiled) {
      for (const [name, { at }] of spec.variables ?? []) {
        if (expressions.read.has(`variables.${name}`)) continue;
        const message = `no expression reads \`variables.${name}\``;
        report(at, 'unused_variable', message, 'remove it, or read it in a condition', at.key);
      }
    }
    for (const [name, template] of this.#templates) {
      if (!this.#adoptions.has(template)) {
        const message = `no policy uses the template \`${name}\``;
        report({ ...template.name.at, path: '' }, 'unused_template', message);
      }
      const adoption = this.#adoptions.get(template) ?? this.#unadopted.get(template);
      if (adoption === undefined) continue;
      const texts =
        template.spec === undefined ? [] : parameterTexts(template.spec.at, template.spec.parameters);
      for (const { name: parameter, at } of texts) {
        const message = `\`params.${parameter}\` is text here, and not the value of the parameter`;
        const text = `{param: ${parameter}}`;
        report(at, 'unread_expression', message, {
          help: `write \`${text}\``,
          edit: { ...at.tree.range, text },
        });
      }
      for (const [parameter, { at }] of template.spec?.parameters ?? []) {
        if (texts.some((each) => each.name === parameter)) continue;
        if (adoption.placed.has(parameter) || adoption.expressions.read.has(`params.${parameter}`)) continue;
        const message = `the template does not use its parameter \`${parameter}\``;
        const help = `remove it, or use it as \`{param: ${parameter}}\` or \`params.${parameter}\``;
        report(at, 'unused_parameter', message, help, at.key);
      }
    }
  }

  /** The expressions of a policy, in which `request.body` has the type of its messages. */
  #typed(
    { match }: PolicySpec,
    services: ServicesOfPolicy,
    expressions: Expressions = this.#folder.expressions,
  ): Expressions {
    return withBodyType({ ...this.#folder, expressions }, services, match).expressions;
  }

  #adopt(spec: Cursor): AdoptedPolicy {
    return adopt(spec, this.#templates, this.#folder.incomplete, this.#room);
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

/** The parameters of a policy by the names that expressions read, with the locations of their values. */
function placedValues(
  params: CompiledPolicy['params'],
  paramsAt: ReadonlyMap<string, Cursor>,
): ReadonlyMap<string, PlacedValue> {
  const placed = [...paramsAt].map(([name, at]) => {
    const { place } = inlineData(at);
    return [`params.${name}`, { value: params[name] ?? null, place }] as const;
  });
  return new Map(placed);
}

function adoptedTemplate({ name, at }: Template): AdoptedTemplate {
  const { lines } = at.context;
  const { start, end } = at.tree.range;
  return {
    name: name.value,
    source: sourceOf(name.at),
    firstLine: lines.position(start).line,
    lastLine: lines.position(end).line,
  };
}
