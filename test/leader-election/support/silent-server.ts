import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A server that accepts every connection and never answers. */
export class SilentServer {
  private readonly sockets = new Set<Socket>();
  /** How many connections there have been. */
  accepted = 0;

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.accepted++;
      this.sockets.add(socket);
      socket.on('error', () => {}); // 'close' follows
      socket.once('close', () => this.sockets.delete(socket));
      socket.resume();
    });
  }

  static async start(): Promise<SilentServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new SilentServer(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** How many connections there are now. */
  get open(): number {
    return this.sockets.size;
  }

  async close(): Promise<void> {
    this.sockets.forEach((socket) => socket.destroy());
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
