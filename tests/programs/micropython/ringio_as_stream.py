# A RingIO between a writer and a reader of asyncio.
import asyncio, micropython


async def sender(w):
    w.write(b"0123456789" * 3)
    await w.drain()
    print("sent")


async def main():
    ring = micropython.RingIO(8)
    s = asyncio.StreamWriter(ring)
    t = asyncio.create_task(sender(s))
    print(await asyncio.StreamReader(ring).readexactly(30))
    await t


asyncio.run(main())
