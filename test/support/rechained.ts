import { eventOf } from '../../src/sidecar/audit/chain/chain-events.ts';
import { hexOf, leafOf, linkOf, linkText } from '../../src/sidecar/audit/chain/chain-line.ts';
import { toBase64 } from '../../src/tlog/base64.ts';
import { checkpointText } from '../../src/tlog/checkpoint.ts';
import { type Digest, EMPTY_ROOT } from '../../src/tlog/merkle.ts';
import { signNote } from '../../src/tlog/note.ts';
import type { SignerKey } from '../../src/tlog/note-key.ts';
import { TreeRange } from '../../src/tlog/tree-range.ts';

/**
 * Lines with the numbers, hashes and edges that a log would give them, as somebody makes them who can write the log and
 * knows how it is made. `key`: signs the checkpoints anew.
 */
export function rechained(lines: readonly string[], key?: SignerKey): string[] {
  const range = new TreeRange();
  let last: Digest = EMPTY_ROOT;
  return lines.map((line) => {
    const written = Buffer.from(line);
    if (linkOf(written) === undefined) return line;
    const members = JSON.parse(line) as Record<string, unknown>;
    const { seq: _seq, prev: _prev, ...content } = members;
    if ('edge' in content) content['edge'] = range.edge.map(toBase64);
    if (eventOf(written) === 'checkpoint' && key !== undefined) {
      const [origin = ''] = String(content['checkpoint']).split('\n');
      content['checkpoint'] = signNote(checkpointText({ origin, size: range.end, root: range.root() }), key);
    }
    const link = linkText({ seq: range.end, prev: hexOf(last) });
    const made = JSON.stringify(content).slice(0, -1) + link.slice(0, -1);
    last = leafOf(Buffer.from(made));
    range.append(last);
    return made;
  });
}
