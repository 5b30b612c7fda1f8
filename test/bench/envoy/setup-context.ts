import type { Inputs } from '../peers/inputs.ts';
import type { Program, RunningServer } from '../peers/servers.ts';
import type { LoadSettings } from '../peers/settings.ts';
import type { GoProgram } from '../peers/toolchain.ts';

/** Starts a sidecar on a Unix socket, or on TCP; one that runs already is used again. */
export type StartSidecar = (program: Program, over?: 'unix' | 'tcp') => Promise<RunningServer>;

/** The parts of which setups are made. */
export interface SetupContext {
  readonly inputs: Inputs;
  readonly settings: LoadSettings;
  /** Path of a Go program. */
  readonly go: (name: GoProgram) => string;
  readonly start: StartSidecar;
}
