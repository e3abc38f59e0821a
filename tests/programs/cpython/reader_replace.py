# Adding a reader again replaces the callback; what is refused is refused at once.
import asyncio
import socket

loop = asyncio.new_event_loop()
ours, theirs = socket.socketpair()


def first():
    print("first", ours.recv(1))
    loop.add_reader(ours.fileno(), second, "with an argument")


def second(text):
    print("second", text, ours.recv(1))
    loop.stop()


print(loop.add_reader(ours, print, "never"))
loop.add_reader(ours, first)
theirs.send(b"xy")
loop.run_forever()
print(loop.remove_writer(ours), loop.remove_reader(ours), loop.remove_reader(ours))
for wrong in (-1, "text"):
    try:
        loop.add_reader(wrong, print)
    except ValueError as error:
        print(error)
ours.close()
theirs.close()
loop.close()
