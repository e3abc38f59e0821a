# An echo over a socket, on a loop that waits for completions, as on Windows.
import asyncio


async def echo(reader, writer):
    writer.write(await reader.readline())
    writer.close()


async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"hello\n")
    print("main: heard", await reader.readline())
    writer.close()
    server.close()


asyncio.run(main())
