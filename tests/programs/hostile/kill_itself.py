# The program kills itself: nothing in it can notice.
# ends: code 137
import os
import signal

print("about to go", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
