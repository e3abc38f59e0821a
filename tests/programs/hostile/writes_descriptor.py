# os.write to descriptors 1 and 2 goes past sys.stdout; what was flushed before comes first.
# ends: code 0
import os

print("first, by print", flush=True)
os.write(1, b"second, by os.write\n")
os.write(2, b"to standard error\n")
print("third, by print")
