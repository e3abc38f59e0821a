# One end of a socket pair is watched with add_reader; a callback writes to the other end.
import asyncio
import socket

loop = asyncio.get_event_loop()
receiver, sender = socket.socketpair()


def readable():
    print("The pair says", receiver.recv(64).decode())
    loop.remove_reader(receiver)
    loop.stop()


loop.add_reader(receiver, readable)
loop.call_soon(sender.send, "good evening".encode())
loop.run_forever()
receiver.close()
sender.close()
loop.close()
