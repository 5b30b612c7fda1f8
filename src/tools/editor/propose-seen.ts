import { posix } from 'node:path';
import { CompletionItemKind } from 'vscode-languageserver';
import { holdsPolicies } from '../../policy/compile/folder-documents.ts';
import type { DocumentNode } from './document-nodes.ts';
import type { EditedFolder } from './edited-folder.ts';
import type { Proposal } from './proposal.ts';
import { type Meaning, meaningOf, nameOf, seenIn } from './seen-values.ts';

/** RFC 9110, section 9, and RFC 5789. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Values of a meaning that the folder has, and those in common use. */
export function seenProposals(meaning: Meaning, folder: EditedFolder): readonly Proposal[] {
  const seen = seenIn(folder.parsed, meaning);
  const detail = `${meaning} in this folder`;
  const known = meaning === 'method' ? METHODS : [];
  const more = meaning === 'principal' ? groups(seen) : [];
  return [...new Set([...known, ...seen, ...more])].map((label) => ({
    label,
    kind: CompletionItemKind.Value,
    ...(seen.includes(label) && { detail }),
  }));
}

/** Patterns for all workloads beside those of SPIFFE IDs: `spiffe://acme.example/ns/shop/sa/*`. */
function groups(principals: readonly string[]): readonly string[] {
  return principals
    .filter((each) => /^spiffe:\/\/.+\/[^/*]+$/.test(each))
    .map((each) => `${each.slice(0, each.lastIndexOf('/'))}/*`)
    .toSorted();
}

/** Endings of the files that a field may name. */
const FILES: Readonly<Record<string, RegExp>> = {
  jsonSchema: /\.json$/,
  openapi: /\.(?:json|ya?ml)$/,
  document: /\.(?:json|ya?ml)$/,
  protobuf: /\.(?:binpb|pb)$/,
  descriptorSet: /\.(?:binpb|pb)$/,
  jwksFile: /\.json$/,
  file: /\.(?:json|csv|ya?ml)$/,
};

/** Proposals for a value or key from the values of the same meaning, or from the files of the folder. */
export function proposeSeen(node: DocumentNode, path: string, folder: EditedFolder): readonly Proposal[] {
  const meaning = meaningOf(node);
  if (meaning !== undefined) return seenProposals(meaning, folder);
  const endings = node.kind === 'value' ? FILES[nameOf(node.field)] : undefined;
  if (endings === undefined) return [];
  const policyFiles = new Set(folder.parsed.filter(holdsPolicies).map((file) => file.path));
  return folder.paths
    .filter((each) => endings.test(each) && !policyFiles.has(each))
    .map((each) => ({ label: posix.relative(posix.dirname(path), each), kind: CompletionItemKind.File }));
}
