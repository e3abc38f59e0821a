# A pipe: the loop watches one end, and a callback writes into the other one.
import asyncio
import os


def drop_letters(into):
    print("write five letters")
    os.write(into, b"LOOPS")


def tidy():
    print("tidy up")


def take_two(out):
    letters = os.read(out, 2)
    print("read", letters.decode())
    if letters == b"S":
        loop.remove_reader(out)
        loop.stop()


out, into = os.pipe()
loop = asyncio.new_event_loop()
loop.add_reader(out, take_two, out)
loop.call_soon(drop_letters, into)
loop.call_soon(tidy)
loop.run_forever()
loop.close()
os.close(out)
os.close(into)
