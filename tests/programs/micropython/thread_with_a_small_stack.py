# A thread's stack may be small, as on a board.
# not on: webassembly (it has no sockets, threads or standard input)
import _thread, time

_thread.stack_size(16 * 1024)
done = []
_thread.start_new_thread(done.append, (1,))
time.sleep_ms(50)
print(done)
