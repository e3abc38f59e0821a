# Within one batch: what was ready already, then what the poll found, then the timers that are due.
import asyncio
import socket

loop = asyncio.new_event_loop()
ours, theirs = socket.socketpair()
ours.setblocking(False)
theirs.send(b"x")


def readable():
    print("io", ours.recv(10))
    loop.remove_reader(ours)


loop.call_later(0, print, "timer")
loop.add_reader(ours, readable)
loop.call_soon(print, "soon")
loop.call_soon_threadsafe(print, "threadsafe")
loop.call_later(0.01, loop.stop)
loop.run_forever()
ours.close()
theirs.close()
loop.close()
