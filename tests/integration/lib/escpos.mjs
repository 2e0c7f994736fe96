// escpos.mjs - a receipt printer in the network: it reads the language of ESC/POS, keeps what comes out as text, and is
// out of paper, open, silent, or dies, as it is told.
import net from 'node:net';

const ESC = 0x1b;
const FS = 0x1c;
const GS = 0x1d;
const DLE = 0x10;

export class Escpos {
  /** How it is: `does('ok' | 'empty' | 'open' | 'silent' | 'no-end')`. */
  how = 'ok';
  /** Cuts the connection when so many bytes of a job have come. */
  diesAfter = 0;
  /** Ends its paper when so many lines are out. */
  emptyAfter = 0;
  text = '';
  papers = [];
  #held = Buffer.alloc(0);
  #chinese = false;

  static async start() {
    const printer = new Escpos();
    printer.server = net.createServer((socket) => printer.#serve(socket));
    await new Promise((resolve) => printer.server.listen(0, '127.0.0.1', resolve));
    printer.port = printer.server.address().port;
    printer.target = `tcp:127.0.0.1:${printer.port}`;
    return printer;
  }

  does(how) {
    this.how = how;
    this.#work();
  }

  /** The papers cut off since, with the drawer as a line of its own. */
  out() {
    return this.papers;
  }

  async close() {
    this.socket?.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #serve(socket) {
    this.socket = socket;
    this.#held = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      // What is asked at once is asked alone.
      while (bytes.length >= 3 && bytes.at(-3) === DLE && bytes.at(-2) === 4) {
        this.#answerNow(bytes.at(-1));
        bytes = bytes.subarray(0, -3);
      }
      this.#held = Buffer.concat([this.#held, bytes]);
      if (this.diesAfter && this.#held.length >= this.diesAfter) {
        this.diesAfter = 0;
        socket.destroy();
        return;
      }
      this.#work();
    });
  }

  #say(...bytes) {
    if (this.how !== 'silent' && this.socket && !this.socket.destroyed) this.socket.write(Buffer.from(bytes));
  }

  #stopped() {
    return this.how === 'empty' || this.how === 'open';
  }

  #answerNow(which) {
    const more = {
      1: this.#stopped() ? 0x08 : 0,
      2: (this.how === 'open' ? 0x04 : 0) | (this.how === 'empty' ? 0x20 : 0),
      3: 0,
      4: this.how === 'empty' ? 0x60 : 0,
    };
    this.#say(0x12 | more[which]);
  }

  #work() {
    let n;
    while (!this.#stopped() && this.#held.length && (n = this.#step(this.#held))) this.#held = this.#held.subarray(n);
  }

  /** Takes one command or character of @b; how many bytes, 0: more must come. */
  #step(b) {
    switch (b[0]) {
      case ESC:
        return this.#escape(b);
      case FS:
        if (b.length < 3) return 0;
        if (b[1] !== 0x21) this.#chinese = b[1] === 0x26;
        return b[1] === 0x21 ? 3 : 2;
      case GS:
        return this.#group(b);
      case 0x0a:
        this.text += '\n';
        if (this.emptyAfter && --this.emptyAfter === 0) this.how = 'empty';
        return 1;
      default:
        if (b[0] < 0x80 || !this.#chinese) {
          this.text += String.fromCharCode(b[0]);
          return 1;
        }
        if (b.length < 2) return 0;
        this.text += new TextDecoder('gb18030').decode(b.subarray(0, 2));
        return 2;
    }
  }

  #escape(b) {
    const all = { 0x40: 2, 0x70: 5 }[b[1]] ?? 3;
    if (b.length < all) return 0;
    if (b[1] === 0x40) this.#chinese = false;
    if (b[1] === 0x70) this.text += '[drawer]\n';
    if (b[1] === 0x64) this.text += '\n'.repeat(b[2]);
    return all;
  }

  #group(b) {
    if (b.length < 3) return 0;
    if (b[1] === 0x76) {
      if (b.length < 8) return 0;
      const all = 8 + b.readUInt16LE(4) * b.readUInt16LE(6);
      if (b.length >= all) this.text += '[picture]\n';
      return b.length >= all ? all : 0;
    }
    if (b[1] === 0x28) {
      if (b.length < 5 || b.length < 5 + b.readUInt16LE(3)) return 0;
      if (b[2] === 0x48 && this.how !== 'no-end') this.#say(0x37, 0x22, ...b.subarray(7, 11), 0);
      return 5 + b.readUInt16LE(3);
    }
    if (b[1] === 0x56) {
      if (b.length < 4) return 0;
      this.papers.push(this.text);
      this.text = '';
      return 4;
    }
    if (b[1] === 0x72 && this.how !== 'no-end') this.#say(0);
    return 3;
  }
}
