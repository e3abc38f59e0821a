# A socket that is watched and idle must not lengthen anybody's sleep. The shortest of three sleeps counts,
# since a machine may be late.
# not on: webassembly (it has no sockets, threads or standard input)
import asyncio, time


async def nobody(r, w):
    pass


async def main():
    await asyncio.start_server(nobody, "127.0.0.1", 8501)
    sleeps = []
    for _ in range(3):
        begin = time.ticks_ms()
        await asyncio.sleep_ms(200)
        sleeps.append(time.ticks_diff(time.ticks_ms(), begin))
    print("a sleep of 200 took", round(min(sleeps) / 100) * 100)


asyncio.run(main())
