"""A server with a client, a job in a thread, and a child process."""
import asyncio


async def serve(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"hello\n")
    print(await reader.readline())
    writer.close()
    server.close()
    print(await asyncio.to_thread(lambda: 42))
    child = await asyncio.create_subprocess_exec("true")
    print(await child.wait())


asyncio.run(main())
