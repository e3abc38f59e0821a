# A loop runs until a letter is there. A second letter never comes.
import asyncio


def write(letter):
    print("write the letter")
    letter.set_result("Dear loop")
    print("the letter is in the box")


def stamp():
    print("put on a stamp")


def read(letter):
    print("read:", letter.result())


def give_up():
    print("give up")
    loop.stop()


loop = asyncio.new_event_loop()
first = loop.create_future()
first.add_done_callback(read)
loop.call_soon(write, first)
loop.call_soon(stamp)
print("result:", loop.run_until_complete(first))

second = loop.create_future()
loop.call_later(1, give_up)
try:
    loop.run_until_complete(second)
except RuntimeError as error:
    print(error)
loop.close()
