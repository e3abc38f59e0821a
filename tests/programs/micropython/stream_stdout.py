# The standard output as a stream takes bytes and text, and keeps their order.
import asyncio
import sys


async def main():
    writer = asyncio.StreamWriter(sys.stdout, {})
    writer.write(b"bytes\n")
    await writer.drain()
    writer.write("text\n")
    await writer.drain()
    await writer.awrite(b"as it was called before\n")


asyncio.run(main())
