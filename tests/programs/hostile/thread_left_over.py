# A daemon thread that still runs when the main program ends does not hold it up.
# ends: code 0
import threading
import time


def spin():
    while True:
        time.sleep(0.01)


threading.Thread(target=spin, daemon=True).start()
print("the end")
