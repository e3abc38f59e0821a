"""A protocol is told to pause when too much waits to be written, and to go on when that is gone."""
import asyncio
import socket


class Flow(asyncio.Protocol):
    def __init__(self):
        self.resumed = asyncio.get_running_loop().create_future()
        self.told = []

    def pause_writing(self):
        self.told.append('pause')

    def resume_writing(self):
        self.told.append('resume')
        if not self.resumed.done():
            self.resumed.set_result(None)


async def main():
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    transport, protocol = await loop.connect_accepted_socket(Flow, ours)
    print(transport.get_extra_info('socket').fileno() == ours.fileno(), transport.get_extra_info('x', 'none'))
    data = b'x' * 3_000_000
    transport.write(data)
    print(protocol.told, transport.get_write_buffer_size() > 0)
    got = 0
    while got < len(data):
        got += len(await loop.sock_recv(theirs, 1 << 20))
    await protocol.resumed
    print(protocol.told, got == len(data), transport.get_write_buffer_size())
    transport.write(b'last')
    transport.close()
    print(await loop.sock_recv(theirs, 10), await loop.sock_recv(theirs, 10))
    try:
        transport.write('text')
    except TypeError as error:
        print(type(error).__name__)
    theirs.close()


asyncio.run(main())
