import { startLictor } from '../../support/lictor.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';
import { writeInputs } from './inputs.ts';
import { wrongAnswers } from './servers.ts';

test('Lictor answers every case of the bench as its policy says, and a wrong answer is found', async () => {
  await using stack = new AsyncDisposableStack();
  const inputs = await writeInputs(await scratchFolder(stack));
  const lictor = await startLictor({ folder: inputs.folder, policies: inputs.policies });
  stack.defer(() => lictor.stop());
  expect(inputs.cases.length).toBe(20);
  expect(await wrongAnswers(lictor.listen, inputs.cases)).toEqual([]);
  const reversed = inputs.cases.slice(2, 4).map((each) => ({ ...each, allow: !each.allow }));
  expect(await wrongAnswers(lictor.listen, reversed)).toEqual([
    'POST is allowed',
    'another method is denied',
  ]);
});
