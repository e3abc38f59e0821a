"""Both ends of a pipe as transports, and what is refused."""
import asyncio
import os
import tempfile


class Reading(asyncio.Protocol):
    def __init__(self):
        self.got = b''
        self.lost = asyncio.get_running_loop().create_future()

    def data_received(self, data):
        self.got += data

    def eof_received(self):
        print('eof after', self.got)

    def connection_lost(self, error):
        self.lost.set_result(error)


class Writing(asyncio.BaseProtocol):
    def connection_lost(self, error):
        print('writing end lost', error)


async def main():
    loop = asyncio.get_running_loop()
    here, there = os.pipe()
    reading, protocol = await loop.connect_read_pipe(Reading, os.fdopen(here, 'rb', 0))
    writing, _ = await loop.connect_write_pipe(Writing, os.fdopen(there, 'wb', 0))
    writing.write(b'through the pipe')
    print(writing.can_write_eof(), writing.get_write_buffer_size(), reading.is_closing())
    writing.write_eof()
    print(await protocol.lost)
    with tempfile.TemporaryFile() as file:
        for connect in (loop.connect_read_pipe, loop.connect_write_pipe):
            try:
                await connect(asyncio.Protocol, file)
            except ValueError as error:
                print(error)


asyncio.run(main())
