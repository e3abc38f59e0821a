# A connection takes str, by write() and by awrite().
# not on: webassembly (it has no sockets, threads or standard input)
import asyncio


async def serve(r, w):
    print(await r.readline())
    w.write("200 OK\n")
    await w.drain()
    w.close()
    await w.wait_closed()


async def main():
    await asyncio.start_server(serve, "127.0.0.1", 8520)
    r, w = await asyncio.open_connection("127.0.0.1", 8520)
    await w.awrite("GET {}\n".format("/"))
    print(await r.read())


asyncio.run(main())
