import { DATA } from './data.ts';
import { EXPRESSIONS } from './expressions.ts';
import type { HostileFolder } from './hostile-folder.ts';
import { POLICIES } from './policies.ts';
import { SCHEMAS } from './schemas.ts';
import { YAML } from './yaml.ts';

/** Policy folders that must neither end nor stop a process that loads them. */
export const HOSTILE_FOLDERS: readonly HostileFolder[] = [
  ...SCHEMAS,
  ...YAML,
  ...DATA,
  ...POLICIES,
  ...EXPRESSIONS,
];
