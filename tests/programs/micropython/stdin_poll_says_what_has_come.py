# Three keys have come at once: poll() says so until all of them are read.
# not on: webassembly (it has no sockets, threads or standard input)
import select, sys

p = select.poll()
p.register(sys.stdin, select.POLLIN)
got = ""
while len(got) < 3 and p.poll(200):
    got += sys.stdin.read(1)
print(len(got), "of 3 keys")
