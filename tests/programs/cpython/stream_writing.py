"""A stream's writer: lines, the end, flow control, and what it knows of the connection."""
import asyncio


async def main():
    got = asyncio.get_running_loop().create_future()

    async def handle(reader, writer):
        got.set_result(await reader.read())
        writer.write(b'thanks')
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(handle, '127.0.0.1', 0)
    address = server.sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(*address)
    print(isinstance(reader, asyncio.StreamReader), isinstance(writer, asyncio.StreamWriter))
    print(writer.get_extra_info('peername') == address, writer.transport.is_closing())
    writer.writelines([b'one ', b'two'])
    await writer.drain()
    print(writer.can_write_eof())
    writer.write_eof()
    print(await got, await reader.read())
    try:
        writer.write(b'more')
    except RuntimeError as error:
        print(error)
    writer.close()
    print(writer.is_closing())
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


asyncio.run(main())
