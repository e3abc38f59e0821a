# A server and a guest in one loop. Their protocols hear of what happens.
import asyncio


class Greeter(asyncio.Protocol):
    def connection_made(self, transport):
        print("server: somebody is here")
        self.transport = transport

    def data_received(self, data):
        print("server: read", data.decode())
        self.transport.write(b"good day")
        self.transport.close()
        print("server: written and closed")

    def connection_lost(self, error):
        print("server: gone")


class Guest(asyncio.Protocol):
    def connection_made(self, transport):
        print("guest: hello")
        transport.write(b"hello")

    def data_received(self, data):
        print("guest: read", data.decode())

    def connection_lost(self, error):
        print("guest: gone")
        loop.stop()


loop = asyncio.new_event_loop()
server = loop.run_until_complete(loop.create_server(Greeter, "127.0.0.1", 0))
address = server.sockets[0].getsockname()
loop.run_until_complete(loop.create_connection(Guest, *address))
loop.run_forever()
server.close()
loop.close()
