# The program aborts: the process dies by SIGABRT.
# ends: code 134
import os

print("about to abort", flush=True)
os.abort()
