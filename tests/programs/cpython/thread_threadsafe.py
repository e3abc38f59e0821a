# A thread hands work to the loop with call_soon_threadsafe; the callback runs in the loop's thread.
import asyncio
import threading

loop = asyncio.new_event_loop()
home = threading.get_ident()


def arrive(number):
    print("arrived", number, "in the loop's thread:", threading.get_ident() == home)
    if number == 2:
        loop.stop()


def work():
    for number in range(3):
        loop.call_soon_threadsafe(arrive, number)


thread = threading.Thread(target=work)
loop.call_soon(thread.start)
loop.run_forever()
thread.join()
loop.close()
print("joined")
