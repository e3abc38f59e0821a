"""TCP echo over protocols: a few connections, a message at a time on each, both ends on this loop."""
import asyncio

from measure import new_loop, report

CONNECTIONS = 10
ROUNDS = 20_000
MESSAGE = b"x" * 1_000

loop = new_loop()
done = 0


class Server(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


class Client(asyncio.Protocol):
    def __init__(self):
        self.left = ROUNDS
        self.got = 0
        self.over = loop.create_future()

    def connection_made(self, transport):
        self.transport = transport
        transport.write(MESSAGE)

    def data_received(self, data):
        global done
        self.got += len(data)
        if self.got < len(MESSAGE):
            return
        self.got = 0
        self.left -= 1
        done += 1
        if self.left:
            self.transport.write(MESSAGE)
        else:
            self.transport.close()

    def connection_lost(self, error):
        self.over.set_result(error)


async def main():
    server = await loop.create_server(Server, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    clients = [
        (await loop.create_connection(Client, "127.0.0.1", port))[1] for _ in range(CONNECTIONS)
    ]
    for client in clients:
        assert await client.over is None
    server.close()
    await server.wait_closed()


loop.run_until_complete(main())
assert done == CONNECTIONS * ROUNDS, done
loop.close()
report("echoes", done)
