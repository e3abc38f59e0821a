# A socket with room is writable at once; with both watched, the reader comes before the writer.
import asyncio
import socket

loop = asyncio.new_event_loop()
ours, theirs = socket.socketpair()
writes = 0


def readable():
    print("read", ours.recv(10))
    loop.remove_reader(ours)


def writable():
    global writes
    writes += 1
    print("writable", writes)
    if writes == 3:
        ours.send(b"answer")
        print("removed:", loop.remove_writer(ours))
        loop.call_soon(loop.stop)


theirs.send(b"question")
loop.add_writer(ours, writable)
loop.add_reader(ours, readable)
loop.run_forever()
print("the other end has", theirs.recv(10))
ours.close()
theirs.close()
loop.close()
