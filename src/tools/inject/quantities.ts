import { Problem } from '../../flag/flag.ts';
import { LEAST_MEMORY } from './memory.ts';

/** Memory in whole MiB, such as `192Mi` or `1Gi`. */
export function memorySize(written: string): number | Problem {
  const [, digits = '', unit] = /^([1-9][0-9]{0,5})(Mi|Gi)$/.exec(written) ?? [];
  if (unit === undefined) return new Problem('is not a size of memory; write it as `192Mi` or `1Gi`');
  const size = Number(digits) * (unit === 'Gi' ? 1024 : 1);
  return size >= LEAST_MEMORY ? size : new Problem(`is less than the ${LEAST_MEMORY}Mi that a sidecar takes`);
}

/** CPU, such as `100m`, `1` or `0.5`, as it was written. */
export function cpuSize(written: string): string | Problem {
  const isSize = /^([1-9][0-9]{0,5}m|[0-9]{1,3}(\.[0-9]{1,3})?)$/.test(written) && !/^[0.]*$/.test(written);
  return isSize ? written : new Problem('is not an amount of CPU; write it as `100m` or `0.5`');
}
