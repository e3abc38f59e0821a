# A socket that is watched and idle must not lengthen anybody's sleep.
# not on: webassembly (it has no sockets, threads or standard input)
import asyncio, time


async def nobody(r, w):
    pass


async def main():
    await asyncio.start_server(nobody, "127.0.0.1", 8501)
    for _ in range(3):
        begin = time.ticks_ms()
        await asyncio.sleep_ms(400)
        took = time.ticks_diff(time.ticks_ms(), begin)
        print("a sleep of 400 took", round(took / 400) * 400)


asyncio.run(main())
