# Who asks for the stop does not matter: its batch runs to the end.
import asyncio
import socket

loop = asyncio.new_event_loop()
ours, theirs = socket.socketpair()


def readable():
    print("read", ours.recv(1))
    loop.stop()


loop.add_reader(ours, readable)
loop.call_soon(theirs.send, b"a")
loop.run_forever()
print("stopped by the reader")
theirs.send(b"b")
loop.call_later(0, print, "a timer in the same batch")
loop.run_forever()
loop.remove_reader(ours)
loop.call_later(0.001, loop.stop)
loop.run_forever()
print("stopped by a timer")
ours.close()
theirs.close()
loop.close()
