import asyncio

async def serve(reader, writer):
    while data := await reader.read(100):
        writer.write(data.upper())
        await writer.drain()
    writer.close()

async def talk(port, text):
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    writer.write(text)
    writer.write_eof()
    print(await reader.read())
    writer.close()
    await writer.wait_closed()

async def main():
    server = await asyncio.start_server(serve, '127.0.0.1', 0)
    port = server.sockets[0].getsockname()[1]
    await asyncio.gather(talk(port, b'one'), talk(port, b'two'))
    server.close()
    await server.wait_closed()

asyncio.run(main())
