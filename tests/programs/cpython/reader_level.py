# Readers are level-triggered: the callback comes again and again while there is data.
import asyncio
import socket

loop = asyncio.new_event_loop()
ours, theirs = socket.socketpair()


def readable():
    data = ours.recv(1)
    print("got", data)
    if not data:
        print("the other end is closed; removed:", loop.remove_reader(ours))
        loop.call_soon(loop.stop)


loop.add_reader(ours, readable)
loop.call_soon(theirs.send, b"abc")
loop.call_later(0.01, theirs.send, b"d")
loop.call_later(0.02, theirs.close)
loop.run_forever()
print("removed again:", loop.remove_reader(ours))
ours.close()
loop.close()
