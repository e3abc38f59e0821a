# A server and two clients over local TCP: lines, exact counts, short reads, end of file.
# not on: webassembly (it has no sockets)
import asyncio

PORT = 42317


async def serve(reader, writer):
    while True:
        line = await reader.readline()
        if not line:
            break
        writer.write(b"echo " + line)
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def client(name):
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    for number in range(2):
        writer.write(name + str(number).encode() + b"\n")
        await writer.drain()
        print(await reader.readline())
    writer.write(b"exactly\nrest\n")
    await writer.drain()
    print(await reader.readexactly(12))
    print(await reader.readexactly(11))
    writer.close()
    await writer.wait_closed()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", PORT)
    await client(b"a")
    await client(b"b")
    server.close()
    await server.wait_closed()
    print("server closed")
    try:
        await client(b"c")
    except OSError:
        print("nobody listens")


asyncio.run(main())
