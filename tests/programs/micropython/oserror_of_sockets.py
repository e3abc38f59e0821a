# Errors of sockets and files are plain OSErrors with one argument, a time-out too.
# not on: webassembly (it has no sockets, threads or standard input)
import socket

s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(socket.getaddrinfo("127.0.0.1", 8576)[0][-1])
s.listen(1)
s.settimeout(0.01)


def refused():
    socket.socket().connect(socket.getaddrinfo("127.0.0.1", 1)[0][-1])


for f in (s.accept, refused, lambda: open("/no/such")):
    try:
        f()
    except OSError as e:
        print(type(e), e.args, e.errno == e.args[0])
