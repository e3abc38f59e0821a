# A socket is a stream from the beginning, and takes str.
# not on: webassembly (it has no sockets, threads or standard input)
import socket

a = socket.socket()
a.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
where = socket.getaddrinfo("127.0.0.1", 8521)[0][-1]
a.bind(where)
a.listen(1)
c = socket.socket()
c.connect(where)
s, _ = a.accept()
print(c.write(b"first\n"), c.send("second\n"), c.sendall("third\n"))
print(s.readline(), s.read(3), s.readline())
buf = bytearray(9)
print(s.readinto(buf, 4), s.recv(20), buf)
c.setblocking(False)
print(c.read(1), c.readline())
s.close()
print(c.read())
