import { CALLER_FIELDS, DATA_FIELDS } from '../../policy/language/caller-document.ts';
import { ENVIRONMENT_FIELDS } from '../../policy/language/data-document.ts';
import { METADATA_FIELDS } from '../../policy/language/document.ts';
import { FIXTURES_FIELDS } from '../../policy/language/fixtures-document.ts';
import {
  JWT_FIELDS,
  LIMIT_FIELDS,
  POLICY_FIELDS,
  USES_FIELDS,
} from '../../policy/language/policy-document.ts';
import { RULE_FIELDS } from '../../policy/language/rule-document.ts';
import type { ShapedField } from '../../policy/language/shape.ts';
import { TEMPLATE_FIELDS } from '../../policy/language/template-document.ts';
import {
  AFTER_FIELDS,
  CASE_FIELDS,
  EACH_FIELDS,
  MATRIX_FIELDS,
  PAIR_FIELDS,
  ROW_FIELDS,
  TEST_FIELDS,
} from '../../policy/language/test-document.ts';
import { EXPECT_FIELDS } from '../../policy/language/test-expect.ts';
import { TOKEN_FIELDS } from '../../policy/language/test-request.ts';
import type { Kind } from './document-nodes.ts';

/** Parts of documents that have names. The name of a limit has the part `rule`, as tests refer to both alike. */
export type Part = 'rule' | 'variable' | 'parameter' | 'segment' | 'value' | 'caller' | 'request';

/** Meaning of the name in a field: a document of a kind, or a part of a document. */
export interface Role {
  readonly of: Kind | Part | 'document';
  readonly isDefinition?: true;
}

/** Fields whose value is a name. `document` is the name of the document itself. */
export const VALUE_ROLES: ReadonlyMap<ShapedField, Role> = new Map<ShapedField, Role>([
  [METADATA_FIELDS.name, { of: 'document', isDefinition: true }],
  [RULE_FIELDS.allow, { of: 'rule', isDefinition: true }],
  [RULE_FIELDS.deny, { of: 'rule', isDefinition: true }],
  [RULE_FIELDS.name, { of: 'rule', isDefinition: true }],
  [LIMIT_FIELDS.name, { of: 'rule', isDefinition: true }],
  [JWT_FIELDS.issuers, { of: 'Issuer' }],
  [CALLER_FIELDS.issuers, { of: 'Issuer' }],
  [DATA_FIELDS.data, { of: 'Dataset' }],
  [TOKEN_FIELDS.issuer, { of: 'Issuer' }],
  [USES_FIELDS.template, { of: 'PolicyTemplate' }],
  [ENVIRONMENT_FIELDS.shadow, { of: 'Policy' }],
  [TEST_FIELDS.environment, { of: 'Environment' }],
  [TEST_FIELDS.environments, { of: 'Environment' }],
  [CASE_FIELDS.environments, { of: 'Environment' }],
  [ROW_FIELDS.environments, { of: 'Environment' }],
  [MATRIX_FIELDS.environments, { of: 'Environment' }],
  [EXPECT_FIELDS.policy, { of: 'Policy' }],
  [EXPECT_FIELDS.rule, { of: 'rule' }],
  [CASE_FIELDS.caller, { of: 'caller' }],
  [EACH_FIELDS.data, { of: 'Dataset' }],
  [CASE_FIELDS.request, { of: 'request' }],
  [AFTER_FIELDS.caller, { of: 'caller' }],
  [AFTER_FIELDS.request, { of: 'request' }],
  [ROW_FIELDS.caller, { of: 'caller' }],
  [ROW_FIELDS.request, { of: 'request' }],
  [MATRIX_FIELDS.callers, { of: 'caller' }],
  [MATRIX_FIELDS.requests, { of: 'request' }],
]);

/** Fields whose keys are names. */
export const KEY_ROLES: ReadonlyMap<ShapedField, Role> = new Map<ShapedField, Role>([
  [POLICY_FIELDS.variables, { of: 'variable', isDefinition: true }],
  [TEMPLATE_FIELDS.parameters, { of: 'parameter', isDefinition: true }],
  [ENVIRONMENT_FIELDS.values, { of: 'value', isDefinition: true }],
  [TEST_FIELDS.callers, { of: 'caller', isDefinition: true }],
  [TEST_FIELDS.requests, { of: 'request', isDefinition: true }],
  [FIXTURES_FIELDS.callers, { of: 'caller', isDefinition: true }],
  [FIXTURES_FIELDS.requests, { of: 'request', isDefinition: true }],
  [EXPECT_FIELDS.shadow, { of: 'Policy' }],
  [MATRIX_FIELDS.expect, { of: 'caller' }],
  [MATRIX_FIELDS.byRequest, { of: 'request' }],
  [AFTER_FIELDS.keys, { of: 'Issuer' }],
  [ROW_FIELDS.keys, { of: 'Issuer' }],
  [CASE_FIELDS.keys, { of: 'Issuer' }],
  [PAIR_FIELDS.request, { of: 'request' }],
  [PAIR_FIELDS.caller, { of: 'caller' }],
  [USES_FIELDS.with, { of: 'parameter' }],
]);
