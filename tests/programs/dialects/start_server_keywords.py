"""A server that serves later, and is a context: since 3.7."""
import asyncio


async def main():
    try:
        server = await asyncio.start_server(print, '127.0.0.1', 0, start_serving=False)
    except TypeError:
        print('TypeError')
        return
    print(server.is_serving())
    async with server:
        await server.start_serving()
        print(server.is_serving())
    print(server.is_serving())


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
