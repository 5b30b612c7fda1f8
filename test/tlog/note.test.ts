import { readCheckpoint } from '../../src/tlog/checkpoint.ts';
import { cosign, cosignedBy } from '../../src/tlog/cosignature.ts';
import { type Note, readNote, signNote, verdictOf } from '../../src/tlog/note.ts';
import {
  formatKeys,
  type KeyResult,
  readSignerKey,
  readVerifierKey,
  readVerifierKeys,
  type SignerKey,
  type VerifierKey,
} from '../../src/tlog/note-key.ts';
import { proofText, readProof } from '../../src/tlog/proof-text.ts';

/** Keys and notes of the tests of golang.org/x/mod/sumdb/note. */
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETER_SIGNS = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const ENOCH = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop';
const TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_LINE =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const ENOCH_LINE =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';

/** The example of C2SP signed-note. */
const EXAMPLE = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const EXAMPLE_NOTE =
  'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';

function keyOf<K>({ key, problem }: KeyResult<K>): K {
  if (key === undefined) throw new Error(problem);
  return key;
}
const verifier = (text: string): VerifierKey => keyOf(readVerifierKey(text));
const signer = (text: string, type?: 'cosignature'): SignerKey => keyOf(readSignerKey(text, type));

function noteOf(text: string): Note {
  const { note, problem } = readNote(text);
  if (note === undefined) throw new Error(problem);
  return note;
}

test('published notes are verified', () => {
  expect(verdictOf(noteOf(EXAMPLE_NOTE), verifier(EXAMPLE))).toBe('verified');
  const note = noteOf(`${TEXT}\n${PETER_LINE}${ENOCH_LINE}`);
  expect(note.text).toBe(TEXT);
  expect(verdictOf(note, verifier(PETER))).toBe('verified');
  expect(verdictOf(note, verifier(ENOCH))).toBe('verified');
  expect(verdictOf(note, verifier(EXAMPLE))).toBe('absent');
});

test('a published key signs the published note', () => {
  const key = signer(PETER_SIGNS);
  expect(key.verifier.text).toBe(PETER);
  expect(signNote(TEXT, key)).toBe(`${TEXT}\n${PETER_LINE}`);
});

test('a changed text or signature is not verified', () => {
  const changed = noteOf(`${TEXT.replace('is', 'is not')}\n${PETER_LINE}`);
  expect(verdictOf(changed, verifier(PETER))).toBe('invalid');
  const other = noteOf(`${TEXT}\n${ENOCH_LINE.replace('5n2tiOHp', '5nABCDHp')}`);
  expect(verdictOf(other, verifier(ENOCH))).toBe('invalid');
});

test.each([
  ['', 'has no empty line before signatures'],
  ['text\n', 'has no empty line before signatures'],
  [`${TEXT}\n${PETER_LINE.slice(0, -1)}`, 'has no empty line before signatures'],
  [`${TEXT}\n`, 'has a line after its text that is not a signature'],
  [`${TEXT}\n— PeterNeumann ABCD\n`, 'has a line after its text that is not a signature'],
  [`${TEXT}\n— Peter+Neumann x08go/ZJkuBS\n`, 'has a line after its text that is not a signature'],
  [`${TEXT}\n${PETER_LINE.replace('—', '-')}`, 'has a line after its text that is not a signature'],
  [`${TEXT}\n${PETER_LINE.replace('=\n', '\n')}`, 'has a line after its text that is not a signature'],
  [`${TEXT}\u0000\n\n${PETER_LINE}`, 'has control characters'],
  [`${TEXT}\ud800\n\n${PETER_LINE}`, 'has control characters'],
  [`${TEXT}\n${PETER_LINE.repeat(101)}`, 'has more than 100 signatures'],
  [`${'x'.repeat(300_000)}\n\n${PETER_LINE}`, 'is longer than 262144 characters'],
])('the text %j is not a note', (text, problem) => {
  expect(readNote(text)).toEqual({ problem });
});

test('a part of a key, and a key with any other character, is not a key', () => {
  for (let end = 0; end < PETER.length; end++)
    expect(readVerifierKey(PETER.slice(0, end)).key).toBeUndefined();
  for (let start = 1; start < PETER.length; start++)
    expect(readVerifierKey(PETER.slice(start)).key).toBeUndefined();
  for (const [index, char] of [...PETER].entries()) {
    const other = String.fromCharCode(char.charCodeAt(0) + 1);
    const changed = PETER.slice(0, index) + other + PETER.slice(index + 1);
    expect(readVerifierKey(changed).key).toBeUndefined();
  }
  const unknown = 'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  expect(readVerifierKey(unknown)).toEqual({ problem: 'has the key `PeterNeumann` that is not of Ed25519' });
});

test('a file of keys has comments, and at least one key', () => {
  const { key } = readVerifierKeys(`# logs\n\n${PETER}\n  ${ENOCH}\n`);
  expect(key?.map(({ name }) => name)).toEqual(['PeterNeumann', 'EnochRoot']);
  expect(readVerifierKeys('# none\n')).toEqual({ problem: 'has no key' });
});

test('a key of openssl signs with the name `lictor`, and any other text is not a key', () => {
  const pem = [
    '-----BEGIN PRIVATE KEY-----',
    'MC4CAQAwBQYDK2VwBCIEIIEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz',
    '-----END PRIVATE KEY-----',
  ];
  const key = signer(pem.join('\n'));
  expect(key.verifier.name).toBe('lictor');
  expect(verdictOf(noteOf(signNote(TEXT, key)), key.verifier)).toBe('verified');
  expect(readSignerKey('secret')).toEqual({ problem: 'has no private key of Ed25519' });
  expect(readSignerKey(`${PETER_SIGNS}x`).problem).toMatch(/has no private key of the form/);
  expect(readSignerKey(PETER_SIGNS, 'cosignature').problem).toBe(
    'has a key of another kind of signatures than `cosignature`',
  );
});

test('a cosignature holds for its text and its time', () => {
  const keys = formatKeys('witness.example/w1', Buffer.alloc(32, 7), 'cosignature');
  const key = signer(keys.signer, 'cosignature');
  const text = 'example.com/log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';
  const line = cosign(text, key, 1_679_315_147);
  expect(cosignedBy(noteOf(`${text}\n${line}`), verifier(keys.verifier))).toEqual({
    verdict: 'verified',
    seconds: 1_679_315_147,
  });
  const changed = noteOf(`${text.replace('1\n', '2\n')}\n${line}`);
  expect(cosignedBy(changed, verifier(keys.verifier))).toEqual({ verdict: 'invalid' });
  const short = noteOf(`${text}\n${line.slice(0, 'witness.example/w1 '.length + 10)}\n`);
  expect(cosignedBy(short, verifier(keys.verifier))).toEqual({ verdict: 'invalid' });
});

test.each([
  ['example.com/log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n', true],
  ['example.com/log\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nextension\n', true],
  ['\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n', false],
  ['example.com/log\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n', false],
  ['example.com/log\n99999999999999999\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n', false],
  ['example.com/log\n1\nCsUYapGG\n', false],
  ['example.com/log\n1\n', false],
])('%j is a checkpoint: %s', (text, isOne) => {
  const { checkpoint, problem } = readCheckpoint(`${text}\n${PETER_LINE}`);
  expect(checkpoint !== undefined).toBe(isOne);
  if (!isOne) expect(problem).toBe('is not a checkpoint: an origin, a size and a root, one a line');
});

test('a proof is read as it was written', () => {
  const proof = {
    extra: Buffer.from('{"decision_id":"1"}'),
    index: 7,
    hashes: [Buffer.alloc(32, 1), Buffer.alloc(32, 2)],
    checkpoint: EXAMPLE_NOTE,
  };
  expect(readProof(proofText(proof))).toEqual({ proof });
  const bare = { ...proof, extra: undefined, hashes: [] };
  expect(readProof(proofText(bare))).toEqual({ proof: bare });
});

test.each([
  ['c2sp.org/tlog-proof@v2\nindex 0\n\n', 'is not a proof: its first line is not `c2sp.org/tlog-proof@v1`'],
  ['c2sp.org/tlog-proof@v1\nindex 00\n\n', 'has no `index` line'],
  ['c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\n', 'has an `extra` line without base64'],
  ['c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n', 'has a line that is not a hash in base64'],
  ['x'.repeat(3_000_000), 'is longer than 2359296 characters'],
])('%.50j is not a proof', (text, problem) => {
  expect(readProof(text)).toEqual({ problem });
});
