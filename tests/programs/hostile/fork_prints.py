# A forked copy of the process writes and leaves; only the first process's events count.
# ends: code 0
import os

print("before", flush=True)
child = os.fork()
if child == 0:
    os.write(1, b"from the copy\n")
    os._exit(5)
pid, status = os.waitpid(child, 0)
print("the copy left with", os.waitstatus_to_exitcode(status))
