// ipp_printer.mjs - a printer that speaks IPP, as one bought today does: CUPS's ippeveprinter on a port of loopback, with
// a message bus of its own, for it will not start without one. Each document that it takes is kept as a file.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { until } from './cups.mjs';

const PROGRAMS = {
  '/usr/sbin/ippeveprinter': 'cups-ipp-utils',
  '/usr/bin/dbus-daemon': 'dbus-daemon',
  '/usr/lib/cups/backend/ipp': 'cups-daemon',
  '/usr/lib/cups/filter/pdftopdf': 'cups-filters',
};

/** Why this machine has none; null: it can. */
export function noIppPrinter() {
  const [lacking] = Object.entries(PROGRAMS).filter(([file]) => !fs.existsSync(file));
  return lacking ? `no ${lacking[0]} here (package ${lacking[1]})` : null;
}

const freePort = () =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const BUS = (socket) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=${socket}</listen><policy context="default"><allow own="*"/>
<allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>
`;

export class IppPrinter {
  /** @folder: of its own, is made. */
  static async start(folder, formats = 'application/pdf') {
    const one = Object.assign(new IppPrinter(), { folder, children: [] });
    const at = (name) => path.join(folder, name);
    for (const name of ['papers', 'keys']) fs.mkdirSync(at(name), { recursive: true });
    fs.writeFileSync(at('bus.conf'), BUS(at('bus')));
    one.run('/usr/bin/dbus-daemon', ['--config-file', at('bus.conf'), '--nofork', '--nopidfile']);
    await until(() => fs.existsSync(at('bus')), 'a message bus');
    one.port = await freePort();
    const way = ['-r', 'off', '-n', 'localhost', '-p', `${one.port}`, '-d', at('papers'), '-k', '-K', at('keys')];
    const env = { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${at('bus')}` };
    one.run('/usr/sbin/ippeveprinter', [...way, '-c', '/bin/true', '-f', formats, 'desk'], env);
    await until(() => one.answers(), 'ippeveprinter');
    return one;
  }

  run(command, args, env = process.env) {
    const log = fs.openSync(path.join(this.folder, `${path.basename(command)}.log`), 'a');
    this.children.push(spawn(command, args, { env, stdio: ['ignore', log, log] }));
    fs.closeSync(log);
  }

  answers() {
    return new Promise((resolve) => {
      const socket = net.connect(this.port, 'localhost', () => resolve(socket.end() && true));
      socket.on('error', () => resolve(false));
    });
  }

  get uri() {
    return `ipp://localhost:${this.port}/ipp/print`;
  }

  /** The documents it has taken, as files; beside each it keeps what its command said (.prn). */
  papers() {
    const folder = path.join(this.folder, 'papers');
    const kept = fs.readdirSync(folder).filter((name) => !name.endsWith('.prn'));
    return kept.map((name) => path.join(folder, name));
  }

  async close() {
    const ended = this.children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of this.children) child.kill('SIGKILL');
    await Promise.all(ended);
  }
}
