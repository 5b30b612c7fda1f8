import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { IMAGE_CONFIG } from '../../../deploy/image/image-config.ts';
import { ROOT } from '../../support/tools.ts';

/** Instructions of the last stage, which is the image. */
const dockerfile = readFileSync(new URL('deploy/image/Dockerfile', ROOT), 'utf8');
const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM ')).replaceAll('\\\n', '');
const instruction = (name: string): string => new RegExp(`^${name} (.*)$`, 'm').exec(last)?.[1] ?? '';

test('the Dockerfile configures the image as `make image` does', () => {
  expect(instruction('FROM')).toBe('scratch');
  expect(instruction('USER')).toBe(IMAGE_CONFIG.User);
  expect(instruction('WORKDIR')).toBe(IMAGE_CONFIG.WorkingDir);
  expect(instruction('STOPSIGNAL')).toBe(IMAGE_CONFIG.StopSignal);
  expect(JSON.parse(instruction('ENTRYPOINT'))).toEqual(IMAGE_CONFIG.Entrypoint);
  expect(JSON.parse(instruction('CMD'))).toEqual(IMAGE_CONFIG.Cmd);
  expect(instruction('ENV').split(' ')).toEqual(IMAGE_CONFIG.Env);
});

test('the files of the image are those of `make image`, and nothing of the checkout reaches it but by them', () => {
  expect(last.match(/^(?:COPY|ADD|RUN) .*$/gm)).toEqual(['COPY --from=build /image/ /']);
  expect(dockerfile).toContain('--root /image');
});

test('the build gets no file that git ignores', async () => {
  const ignored = await readFile(new URL('deploy/image/Dockerfile.dockerignore', ROOT), 'utf8');
  const { length } = (await readFile(new URL('.gitignore', ROOT), 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^\/|\/$/g, ''))
    .filter((line) => !ignored.includes(line));
  expect(length).toBe(0);
});
