import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

const { createContext } = vm;

/**
 * Node's test environment in a context without interceptors: in jest's own, every read of a global such as `Math` goes
 * through a proxy, which makes code several times slower than it is in production.
 * https://nodejs.org/api/vm.html#when-to-use-vmconstantsdont_contextify
 */
export default class PlainContext extends TestEnvironment {
  constructor(...options: ConstructorParameters<typeof TestEnvironment>) {
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(...options);
    } finally {
      vm.createContext = createContext;
    }
  }
}
