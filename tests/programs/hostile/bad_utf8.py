# Bytes that are no UTF-8: passed on as they are, shown with replacement characters.
# ends: code 0
import sys

sys.stdout.buffer.write(b"good, then \xff\xfe\x80 bad\n")
sys.stdout.buffer.write(b"half a character: \xe2\x82")
sys.stdout.flush()
sys.stdout.buffer.write(b"\xac whole now\n")
sys.stdout.flush()
