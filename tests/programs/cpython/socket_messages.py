"""Messages between sockets: recvmsg_into fills buffers, and a descriptor is passed on."""
import array
import os
import socket

ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
ours.sendmsg([b'hello ', b'world'])
first, second = bytearray(8), bytearray(8)
count, ancillary, flags, address = theirs.recvmsg_into([first, memoryview(second)[1:]])
print(count, bytes(first), bytes(second), ancillary, flags, address)

read, write = os.pipe()
ours.sendmsg([b'fd'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [write]))])
count, ancillary, flags, address = theirs.recvmsg_into([first], socket.CMSG_LEN(4))
level, kind, data = ancillary[0]
passed = array.array('i', data)[0]
os.write(passed, b'through')
print(count, level == socket.SOL_SOCKET, kind == socket.SCM_RIGHTS, os.read(read, 20))
for fd in (read, write, passed):
    os.close(fd)
try:
    theirs.recvmsg_into([b'not writable'])
except TypeError as error:
    print(type(error).__name__)
ours.close()
theirs.close()
