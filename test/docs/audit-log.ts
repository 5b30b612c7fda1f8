import { readFileSync, writeFileSync } from 'node:fs';
import { zstdCompressSync } from 'node:zlib';
import { toRecord } from '../../src/sidecar/audit/record.ts';
import { readSignerKey } from '../../src/tlog/note-key.ts';
import { openChain } from '../support/chained-log.ts';
import { aDecision } from '../support/decision.ts';

/** Decision that the pages prove. */
const ID = '0192f0c1-2d3e-7a4b-8c5d-6e7f80910a1b';

// The chained log of the pages, `decisions.jsonl`, and its compressed copy, signed by `audit.key` of the same folder.
const { key } = readSignerKey(readFileSync('audit.key', 'utf8'));
const { sink } = await openChain('decisions.jsonl', key);
const record = { ...toRecord(aDecision(), { traceId: '', spanId: '' }), decision_id: ID };
await sink.write(Buffer.from(`${JSON.stringify(record)}\n`));
await sink.close();
writeFileSync('decisions.jsonl.zst', zstdCompressSync(readFileSync('decisions.jsonl')));
