/**
 * The modules whose recipes the services of descriptor sets are made of. They take 60 ms and 24 MiB, so that a process
 * imports them when it gets such a policy set.
 */
import '../../engine/grpc/grpc-services.ts';
