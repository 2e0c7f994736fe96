// raw.mjs - bytes on a socket, for what no HTTP client would send.
import net from 'node:net';

/**
 * Sends @bytes and collects what comes until the peer closes or is silent for @quiet ms after the first
 * bytes (or @wait ms altogether). { text, status, closed, reset }.
 */
export function exchange(port, bytes, { wait = 4000, quiet = 150, half = false, host = '127.0.0.1' } = {}) {
  return new Promise((resolve) => {
    const parts = [];
    let timer;
    let reset = false;
    const socket = net.connect({ port, host, allowHalfOpen: true });
    const done = (closed) => {
      clearTimeout(timer);
      socket.destroy();
      const text = Buffer.concat(parts).toString('latin1');
      resolve({ text, status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0), closed, reset });
    };
    timer = setTimeout(() => done(false), wait);
    socket.on('data', (part) => {
      parts.push(part);
      clearTimeout(timer);
      timer = setTimeout(() => done(false), quiet);
    });
    socket.on('end', () => done(true));
    socket.on('error', (error) => {
      reset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      done(true);
    });
    socket.on('connect', () => {
      socket.write(bytes);
      if (half) socket.end();
    });
  });
}
