# A reader that is removed earlier in the batch does not run, although its data is there.
import asyncio
import socket

loop = asyncio.new_event_loop()
ours, theirs = socket.socketpair()
loop.add_reader(ours, print, "never")
theirs.send(b"x")


def remove():
    print("removed:", loop.remove_reader(ours))


loop.call_soon(remove)
loop.call_later(0.01, loop.stop)
loop.run_forever()
print("the data is still there:", ours.recv(10))
ours.close()
theirs.close()
loop.close()
