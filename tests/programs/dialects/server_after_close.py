"""A closed server: its sockets, and whether wait_closed() waits for connections, as it does since 3.12.1."""
import asyncio


async def main():
    async def talk(reader, writer):
        await reader.read()
        writer.close()

    server = await asyncio.start_server(talk, '127.0.0.1', 0)
    host, port = server.sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(host, port)
    await asyncio.sleep(0.02)
    server.close()
    print(server.sockets)
    try:
        await asyncio.wait_for(server.wait_closed(), 0.05)
        print('closed')
    except asyncio.TimeoutError:
        print('still waiting')
    writer.close()
    await asyncio.sleep(0.02)
    print([name for name in ('is_serving', 'serve_forever', 'close_clients') if hasattr(server, name)])


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
