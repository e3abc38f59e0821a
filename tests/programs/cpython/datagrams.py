"""Datagrams between two endpoints, to an address and to a connected one; an end by abort and by close."""
import asyncio


class Told(asyncio.DatagramProtocol):
    def __init__(self):
        self.queue = asyncio.Queue()
        self.lost = asyncio.get_running_loop().create_future()

    def datagram_received(self, data, address):
        self.queue.put_nowait((data, address))

    def error_received(self, error):
        self.queue.put_nowait((error, None))

    def connection_lost(self, error):
        self.lost.set_result(error)


async def main():
    loop = asyncio.get_running_loop()
    here, ours = await loop.create_datagram_endpoint(Told, local_addr=('127.0.0.1', 0))
    address = here.get_extra_info('sockname')
    there, theirs = await loop.create_datagram_endpoint(Told, remote_addr=address)
    there.sendto(b'hello')
    data, source = await ours.queue.get()
    print(data, source == there.get_extra_info('sockname'))
    here.sendto(b'back', source)
    print((await theirs.queue.get())[0], there.get_extra_info('peername') == address)
    try:
        there.sendto(b'elsewhere', ('127.0.0.1', 1))
    except ValueError as error:
        print(str(error).startswith('Invalid address'))
    here.close()
    print('lost', await ours.lost, here.is_closing())
    there.sendto(b'nobody')
    error, _ = await theirs.queue.get()
    print(type(error).__name__)
    there.abort()
    print('lost', await theirs.lost)
    try:
        await loop.create_datagram_endpoint(Told)
    except ValueError as error:
        print(error)


asyncio.run(main())
