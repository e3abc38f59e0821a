# A writer has more to say than the socket takes, and the reader is in no hurry.
import asyncio


async def sip(reader, writer):
    await asyncio.sleep(0.1)
    sipped = 0
    while piece := await reader.read(65536):
        sipped += len(piece)
    print("sip:", sipped, "bytes")
    writer.close()


async def main():
    server = await asyncio.start_server(sip, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(b"x" * 8_000_000)
    print("main: write has returned")
    await writer.drain()
    print("main: drain has returned")
    writer.write_eof()
    await reader.read()
    writer.close()
    server.close()


asyncio.run(main())
