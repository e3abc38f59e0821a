# What a protocol raises when data comes is told with the frames of the library's own method.
import asyncio
import traceback


class Fails(asyncio.Protocol):
    def data_received(self, data):
        self.parse(data)

    def parse(self, data):
        raise ValueError(f'cannot parse {data!r}')

    def connection_lost(self, error):
        print('lost', repr(error))


class Leaves(asyncio.Protocol):
    def data_received(self, data):
        raise SystemExit(data.decode())


def told(loop, context):
    error = context['exception']
    print(context['message'], repr(error), context['transport'].is_closing())
    print([frame.name for frame in traceback.extract_tb(error.__traceback__)])
    print('context', error.__context__)


async def meet(protocol, data):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(told)
    server = await loop.create_server(protocol, '127.0.0.1', 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(data)
    print(await reader.read())
    writer.close()
    server.close()


asyncio.run(meet(Fails, b'xyz'))
try:
    asyncio.run(meet(Leaves, b'leave'))
except SystemExit as left:
    names = [frame.name for frame in traceback.extract_tb(left.__traceback__)]
    print(left, names[-2:])
