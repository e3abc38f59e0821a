"""A connection over protocols, at both ends: the order of their calls, flow control, and the ends."""
import asyncio


class Told(asyncio.Protocol):
    def __init__(self, name):
        self.name = name
        self.lost = asyncio.get_running_loop().create_future()
        self.data = b''

    def connection_made(self, transport):
        self.transport = transport
        print(self.name, 'made', transport.get_protocol() is self, transport.is_closing())

    def data_received(self, data):
        self.data += data

    def eof_received(self):
        print(self.name, 'eof after', self.data)
        self.transport.write(self.data.upper())
        return False

    def connection_lost(self, error):
        print(self.name, 'lost', error)
        self.lost.set_result(None)


class Buffered(asyncio.BufferedProtocol):
    def __init__(self):
        self.buffer = bytearray(8)
        self.got = b''
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport

    def get_buffer(self, sizehint):
        return self.buffer

    def buffer_updated(self, count):
        self.got += self.buffer[:count]

    def eof_received(self):
        print('buffered eof after', self.got)

    def connection_lost(self, error):
        self.lost.set_result(error)


async def main():
    loop = asyncio.get_running_loop()
    accepted = []

    def accept():
        accepted.append(Told('server'))
        return accepted[-1]

    server = await loop.create_server(accept, '127.0.0.1', 0)
    address = server.sockets[0].getsockname()
    transport, protocol = await loop.create_connection(Buffered, *address)
    transport.writelines([b'some ', b'words'])
    print(transport.can_write_eof(), transport.get_write_buffer_size())
    transport.write_eof()
    print('lost', await protocol.lost, protocol.got)
    await accepted[0].lost

    transport, protocol = await loop.create_connection(lambda: Told('client'), *address)
    other = Told('other')
    transport.set_protocol(other)
    print(transport.get_protocol() is other)
    transport.set_write_buffer_limits(high=10)
    print(transport.get_write_buffer_limits())
    transport.pause_reading()
    print(transport.is_reading())
    transport.resume_reading()
    print(transport.is_reading())
    transport.abort()
    print(transport.is_closing())
    await other.lost
    await accepted[1].lost
    server.close()
    await server.wait_closed()
    try:
        transport.set_write_buffer_limits(high=1, low=2)
    except ValueError as error:
        print(error)


asyncio.run(main())
