"""A server's life: not serving yet, serving, for ever, and closed."""
import asyncio


async def handle(reader, writer):
    writer.close()


async def main():
    server = await asyncio.start_server(handle, '127.0.0.1', 0, start_serving=False)
    print(isinstance(server, asyncio.Server), server.is_serving(), server.get_loop() is asyncio.get_running_loop())
    await server.start_serving()
    await server.start_serving()
    print(server.is_serving(), len(server.sockets))
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    print(await reader.read())
    writer.close()
    forever = asyncio.create_task(server.serve_forever())
    await asyncio.sleep(0)
    try:
        await server.serve_forever()
    except RuntimeError as error:
        print(str(error).endswith('is already being awaited on serve_forever()'))
    forever.cancel()
    try:
        await forever
    except asyncio.CancelledError:
        print('cancelled', server.is_serving(), server.sockets)
    server.close()
    await server.wait_closed()
    try:
        await server.serve_forever()
    except RuntimeError as error:
        print(str(error).endswith('is closed'))


asyncio.run(main())
