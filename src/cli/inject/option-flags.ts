import { Problem } from '../../flag/flag.ts';

/** An option of pods without the annotation. */
export interface OptionText {
  readonly name: string;
  readonly text: string;
}

/** Flag for the options of pods without the annotation. Names are known to the verb alone, which is loaded later. */
export const SET_FLAG = {
  value: 'NAME=VALUE',
  parse: optionText,
  repeatable: true,
  doc: 'option of pods without the annotation `lictor.dev/NAME`, such as `policies=configmap:orders`; repeatable',
} as const;

/** `NAME=VALUE`. */
function optionText(written: string): OptionText | Problem {
  const at = written.indexOf('=');
  if (at < 1) return new Problem('is not NAME=VALUE, such as `memory=256Mi`');
  return { name: written.slice(0, at), text: written.slice(at + 1) };
}
