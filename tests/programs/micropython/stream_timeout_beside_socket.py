# A reader's time-out of 100 ms comes before what a thread does at 150 ms.
# not on: webassembly (it has no sockets, threads or standard input)
import asyncio, time, _thread

said = []


def thread():
    time.sleep_ms(150)
    said.append("thread")


async def silent(r, w):
    await asyncio.sleep_ms(300)


async def main():
    await asyncio.start_server(silent, "127.0.0.1", 8502)
    r, w = await asyncio.open_connection("127.0.0.1", 8502)
    _thread.start_new_thread(thread, ())
    try:
        await asyncio.wait_for_ms(r.read(1), 100)
    except asyncio.TimeoutError:
        print("time-out", said)
asyncio.run(main())
