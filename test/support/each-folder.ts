import { scratchFolder } from './scratch-folder.ts';

/** Gives each test of a file a folder of its own, which is removed after it. */
export function withFolderOfEachTest(receive: (folder: string) => void): void {
  let stack: AsyncDisposableStack;
  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    receive(await scratchFolder(stack));
  });
  afterEach(() => stack.disposeAsync());
}
