import asyncio
import os
import tempfile


class Peer(asyncio.DatagramProtocol):
    def __init__(self, done=None):
        self.done = done

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        if self.done is None:
            self.transport.sendto(b'pong', address)
        else:
            self.done.set_result(data)


async def datagrams():
    loop = asyncio.get_running_loop()
    answers, _ = await loop.create_datagram_endpoint(Peer, local_addr=('127.0.0.1', 0))
    done = loop.create_future()
    address = answers.get_extra_info('sockname')
    asks, _ = await loop.create_datagram_endpoint(lambda: Peer(done), remote_addr=address)
    asks.sendto(b'ping')
    print(await done)
    asks.close()
    answers.close()


async def greet(reader, writer):
    writer.write(b'hi')
    writer.close()


async def unix_sockets(path):
    server = await asyncio.start_unix_server(greet, path)
    reader, writer = await asyncio.open_unix_connection(path)
    print(await reader.read())
    writer.close()
    server.close()
    await server.wait_closed()


async def pipes():
    loop = asyncio.get_running_loop()
    read, write = os.pipe()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), open(read, 'rb', 0))
    transport, _ = await loop.connect_write_pipe(asyncio.Protocol, open(write, 'wb', 0))
    transport.write(b'abc')
    transport.close()
    print(await reader.read())


async def main():
    await datagrams()
    with tempfile.TemporaryDirectory() as folder:
        await unix_sockets(os.path.join(folder, 'socket'))
    await pipes()

asyncio.run(main())
