# Lines from the keyboard are bytes; read(n) gives what the stream gives, a str.
# not on: webassembly (it has no sockets, threads or standard input)
import asyncio, sys


async def main():
    r = asyncio.StreamReader(sys.stdin)
    print(await r.readline())
    print(await r.read(3))
    print(await r.read())


asyncio.run(main())
