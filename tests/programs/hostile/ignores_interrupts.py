# A program that swallows every interrupt: only killing it ends it.
# ends: never
import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
print("not listening", flush=True)
while True:
    try:
        while True:
            pass
    except BaseException:
        print("still not", flush=True)
