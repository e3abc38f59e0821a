"""Servers and connections over a path, as protocols and as streams."""
import asyncio
import os
import tempfile


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data[::-1])
        self.transport.close()


class Once(asyncio.Protocol):
    def __init__(self):
        self.got = asyncio.get_running_loop().create_future()

    def data_received(self, data):
        self.got.set_result(data)


async def handle(reader, writer):
    writer.write(await reader.read())
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def main():
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'one')
        server = await loop.create_unix_server(Echo, path)
        print(server.is_serving(), os.path.exists(path))
        transport, protocol = await loop.create_unix_connection(Once, path)
        transport.write(b'abc')
        print(await protocol.got)
        transport.close()
        try:
            await loop.create_unix_server(Echo)
        except ValueError as error:
            print(error)
        server.close()
        await server.wait_closed()

        path = os.path.join(folder, 'two')
        async with await asyncio.start_unix_server(handle, path):
            reader, writer = await asyncio.open_unix_connection(path)
            writer.writelines([b'to ', b'and fro'])
            print(writer.can_write_eof(), writer.is_closing())
            writer.write_eof()
            print(await reader.read(), reader.at_eof())
            writer.close()
            await writer.wait_closed()
            print(writer.is_closing())


asyncio.run(main())
