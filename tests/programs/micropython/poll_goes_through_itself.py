# What `ipoll` gives is the poll itself, which goes once through what was ready; the flag 1 is for one
# time, and counts where a stream is given.
import io
import select


class Device(io.IOBase):
    def __init__(self, ready):
        self.ready = ready

    def ioctl(self, request, flags):
        return self.ready & flags if request == 3 else -1


poll = select.poll()
readable, writable = Device(select.POLLIN), Device(select.POLLOUT)
poll.register(readable)
poll.register(writable)
found = poll.ipoll(0)
print(found is poll, [(stream is readable, events) for stream, events in found], list(found))
found = poll.ipoll(0)
print(next(found)[1])
print([events for _, events in poll.poll(0)])
print(next(found)[1])
try:
    next(found)
except StopIteration:
    print("over")
for stream, events in poll.ipoll(0, 1):
    print(events)
    break
print([events for _, events in poll.poll(0)])
poll.modify(readable, select.POLLIN)
print([events for _, events in poll.ipoll(0)], list(select.poll()))
