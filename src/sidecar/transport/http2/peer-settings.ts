import {
  DEFAULT_WINDOW,
  ERROR,
  type ErrorCode,
  MAX_FRAME_BYTES,
  MAX_INT31,
  SETTING,
  uint32,
} from './protocol.ts';

/** Bytes of a parameter in SETTINGS: its identifier and its value. */
const PARAMETER_BYTES = 6;
/** Bytes of the table of an encoder before a change (RFC 9113 section 6.5.2). */
const DEFAULT_TABLE = 4096;

/** Settings of a peer that change what this side sends. */
export interface PeerSettings {
  readonly initialWindow: number;
  /** True if the peer has made the table smaller than it was. */
  readonly mustClearTable: boolean;
}

export type SettingsResult =
  | { readonly settings: PeerSettings; readonly error?: undefined }
  | { readonly error: ErrorCode; readonly detail: string; readonly settings?: undefined };

/** Reads a SETTINGS frame; a parameter that it does not have keeps its value. Unknown parameters are ignored. */
export function readSettings(
  bytes: Uint8Array,
  start: number,
  end: number,
  before: PeerSettings = { initialWindow: DEFAULT_WINDOW, mustClearTable: false },
): SettingsResult {
  if ((end - start) % PARAMETER_BYTES !== 0) {
    return { error: ERROR.FRAME_SIZE_ERROR, detail: 'SETTINGS with half a parameter' };
  }
  let { initialWindow, mustClearTable } = before;
  for (let at = start; at < end; at += PARAMETER_BYTES) {
    const name = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    const value = uint32(bytes, at + 2);
    const broken = brokenRule(name, value);
    if (broken !== undefined) return broken;
    if (name === SETTING.initialWindowSize) initialWindow = value;
    if (name === SETTING.headerTableSize) mustClearTable ||= value < DEFAULT_TABLE;
  }
  return { settings: { initialWindow, mustClearTable } };
}

function brokenRule(name: number, value: number): Extract<SettingsResult, { error: ErrorCode }> | undefined {
  if (name === SETTING.enablePush && value > 1) {
    return { error: ERROR.PROTOCOL_ERROR, detail: 'ENABLE_PUSH that is neither 0 nor 1' };
  }
  if (name === SETTING.initialWindowSize && value > MAX_INT31) {
    return { error: ERROR.FLOW_CONTROL_ERROR, detail: 'INITIAL_WINDOW_SIZE above its maximum' };
  }
  if (name === SETTING.maxFrameSize && (value < MAX_FRAME_BYTES || value > 0xffffff)) {
    return { error: ERROR.PROTOCOL_ERROR, detail: 'MAX_FRAME_SIZE outside of its range' };
  }
  return undefined;
}
