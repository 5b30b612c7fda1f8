/**
 * The modules whose recipes a policy set is made of. The loading process imports them by compiling; the process that
 * serves imports them here, without the parsers and the checker of types.
 */
import '../../cel/codegen/load-program.ts';
import '../../engine/openapi/value-check.ts';
import '../../engine/schema/load-schema.ts';
import '../../node/crypto.ts';
import '../../policy/compile/added-functions.ts';
