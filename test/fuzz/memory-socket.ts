import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/** The part of a socket that a connection uses, in memory. What is written counts as read by the peer at once. */
export class MemorySocket extends EventEmitter {
  readonly written: Buffer[] = [];
  writableLength = 0;
  writable = true;
  destroyed = false;
  isPaused = false;

  /** For the constructor of a connection. */
  asSocket(): Socket {
    return this as unknown as Socket;
  }

  /** Delivers bytes from the peer. */
  deliver(bytes: Buffer): void {
    if (!this.destroyed) this.emit('data', bytes);
  }

  write(bytes: Uint8Array): boolean {
    if (!this.writable) throw new Error('bytes are written after the end');
    this.written.push(Buffer.from(bytes));
    return true;
  }

  end(text = ''): void {
    if (text !== '') this.write(Buffer.from(text));
    this.writable = false;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  destroy(): void {
    if (this.destroyed) return;
    this.writable = false;
    this.destroyed = true;
    this.emit('close');
  }
}
