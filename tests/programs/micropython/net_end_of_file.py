# read() to the end, readexactly() past the end, peername, and a reader cancelled by a time limit.
# not on: webassembly (it has no sockets)
import asyncio

PORT = 42318


async def serve(reader, writer):
    print("peer:", len(writer.get_extra_info("peername")) > 0)
    command = await reader.readline()
    if command == b"silent\n":
        await asyncio.sleep_ms(200)
    else:
        writer.write(b"one two three")
        await writer.drain()
    writer.close()
    await writer.wait_closed()


async def ask(command):
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    writer.write(command + b"\n")
    await writer.drain()
    return reader, writer


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", PORT)

    reader, writer = await ask(b"all")
    print(await reader.read(-1), await reader.read(5))
    await writer.wait_closed()

    reader, writer = await ask(b"exactly")
    try:
        await reader.readexactly(100)
    except EOFError:
        print("EOFError")
    await writer.wait_closed()

    reader, writer = await ask(b"silent")
    try:
        await asyncio.wait_for_ms(reader.read(10), 50)
    except asyncio.TimeoutError:
        print("TimeoutError")
    await writer.wait_closed()

    async with server:
        print("with the server")
    print("closed")


asyncio.run(main())
