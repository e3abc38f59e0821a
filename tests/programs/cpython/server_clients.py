"""A server may close the connections of its clients, or drop them."""
# since: 3.13
import asyncio


class Held(asyncio.Protocol):
    def connection_lost(self, error):
        print('the server lost one:', error)


class Client(asyncio.Protocol):
    def __init__(self):
        self.lost = asyncio.get_running_loop().create_future()

    def connection_lost(self, error):
        self.lost.set_result(type(error).__name__)


async def main():
    loop = asyncio.get_running_loop()
    for way in ('close_clients', 'abort_clients'):
        server = await loop.create_server(Held, '127.0.0.1', 0)
        _, client = await loop.create_connection(Client, *server.sockets[0].getsockname())
        await asyncio.sleep(0.02)
        server.close()
        getattr(server, way)()
        print(way, await client.lost)
        await server.wait_closed()


asyncio.run(main())
