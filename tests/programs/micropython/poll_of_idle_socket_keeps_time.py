# The same without asyncio: poll() and ipoll() of an idle socket wait as long as asked. The shortest of three
# waits counts, since a machine may be late.
# not on: webassembly (it has no sockets, threads or standard input)
import select, socket, time

s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(socket.getaddrinfo("127.0.0.1", 8503)[0][-1])
s.listen(1)
p = select.poll()
p.register(s, select.POLLIN)
for wait in (p.poll, p.ipoll):
    waits = []
    for _ in range(3):
        begin = time.ticks_ms()
        ready = len(list(wait(200)))
        waits.append((time.ticks_diff(time.ticks_ms(), begin), ready))
    took, ready = min(waits)
    print(ready, "ready after", round(took / 100) * 100)
