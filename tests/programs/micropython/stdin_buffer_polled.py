# The same with the binary side of the standard input.
# not on: webassembly (it has no sockets, threads or standard input)
import select, sys

p = select.poll()
p.register(sys.stdin.buffer, select.POLLIN)
n = 0
while n < 4 and p.poll(200):
    n += len(sys.stdin.buffer.read(1))
print(n, "of 4 bytes")
