# A thread has news for the loop. First it is told in the wrong way, and then in the right one.
import asyncio
import threading
import time


def hear(news):
    print("heard", news)
    if news == "the second news":
        loop.stop()


def careless():
    time.sleep(0.5)
    loop.call_soon(hear, "the first news")


def careful():
    time.sleep(0.5)
    loop.call_soon_threadsafe(hear, "the second news")


def send(messenger, next_tick):
    print("send the", messenger.__name__, "messenger")
    loop.call_later(next_tick, tick)
    threading.Thread(target=messenger).start()


def tick():
    print("tick")
    loop.call_soon(send, careful, 3600)


loop = asyncio.new_event_loop()
loop.call_soon(send, careless, 2)
loop.run_forever()
loop.close()
