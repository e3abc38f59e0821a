"""A transport can be shown, its descriptor is refused to others, and a handler's error is told."""
import asyncio
import re


async def serve(reader, writer):
    await reader.readline()
    raise ValueError('in the handler')


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(
        lambda loop, context: print(context['message'], repr(context.get('exception'))))
    server = await asyncio.start_server(serve, '127.0.0.1', 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    print(re.sub(r'fd=\d+', 'fd=N', repr(writer.transport)))
    try:
        loop.add_reader(writer.transport.get_extra_info('socket').fileno(), print)
    except RuntimeError as error:
        print(re.sub(r'\d+', 'N', str(error).partition(' is used')[0]), 'is used')
    writer.write(b'x\n')
    await asyncio.sleep(0.1)
    writer.close()
    print(re.sub(r'fd=\d+', 'fd=N', repr(writer.transport)))
    server.close()


asyncio.run(main())
