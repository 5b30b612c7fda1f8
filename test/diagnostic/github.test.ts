import { githubCommand } from '../../src/diagnostic/github.ts';

const span = {
  file: 'policies/a,b:c.yaml',
  start: { line: 3, column: 5 },
  end: { line: 3, column: 9 },
};

describe('a workflow command', () => {
  test('has the position in its properties, with escapes', () => {
    expect(
      githubCommand({ code: 'unused_issuer', severity: 'warning', message: '100 % of `a, b: c`', span }),
    ).toBe(
      '::warning file=policies/a%2Cb%3Ac.yaml,line=3,col=5,endLine=3,endColumn=9,title=lictor unused_issuer::100 %25 of `a, b: c`',
    );
  });

  test('has the help on a line of its own, within one command', () => {
    const message = 'first\r\nsecond';
    const command = githubCommand({ code: 'wrong_type', severity: 'error', message, help: 'do it', span });
    expect(command).toMatch(/^::error .*::first%0D%0Asecond%0Ahelp: do it$/);
  });

  test('has no columns for a span over several lines', () => {
    const long = { ...span, end: { line: 4, column: 2 } };
    const command = githubCommand({ code: 'wrong_type', severity: 'error', message: 'm', span: long });
    expect(command).toContain(',line=3,endLine=4,title=');
  });
});
