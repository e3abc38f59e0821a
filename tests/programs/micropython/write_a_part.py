# Write(buf, n) and readinto(buf, n), of files and of sockets.
# not on: webassembly (it has no sockets, threads or standard input)
import io, socket

b = io.BytesIO()
b.write(b"abcdef", 2)
print(b.getvalue())
a = socket.socket()
a.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
where = socket.getaddrinfo("127.0.0.1", 8522)[0][-1]
a.bind(where)
a.listen(1)
c = socket.socket()
c.connect(where)
s, _ = a.accept()
packet = bytearray(b"\x10\x02xxxxxx")
print(c.write(packet, 3), s.recv(9))
