# The same without asyncio: poll() and ipoll() of an idle socket wait as long as asked.
# not on: webassembly (it has no sockets, threads or standard input)
import select, socket, time

s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(socket.getaddrinfo("127.0.0.1", 8503)[0][-1])
s.listen(1)
p = select.poll()
p.register(s, select.POLLIN)
for wait in (p.poll, p.ipoll):
    begin = time.ticks_ms()
    print(len(list(wait(400))), "ready after", round(time.ticks_diff(time.ticks_ms(), begin) / 400) * 400)
