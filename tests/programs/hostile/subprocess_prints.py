# A subprocess writes to the same standard output.
# ends: code 0
import subprocess
import sys

print("before", flush=True)
subprocess.run([sys.executable, "-c", "print('from the subprocess')"], check=True)
print("after")
