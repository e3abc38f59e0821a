import asyncio
async def serve(reader, writer):
    await asyncio.sleep(0.05)
    n = 0
    while d := await reader.read(65536): n += len(d)
    writer.write(b'%d' % n); writer.close()
async def main():
    server = await asyncio.start_server(serve, '127.0.0.1', 0)
    port = server.sockets[0].getsockname()[1]
    r, w = await asyncio.open_connection('127.0.0.1', port)
    w.write(b'x' * 6000000)
    await w.drain()
    w.write_eof()
    print(await r.read())
    w.transport.abort()
    # server closed with clients open
    r, w = await asyncio.open_connection('127.0.0.1', port)
    await asyncio.sleep(0.01)
    server.close()
    wait = asyncio.create_task(server.wait_closed())
    await asyncio.sleep(0.01)
    w.close()
    await wait
asyncio.run(main())
