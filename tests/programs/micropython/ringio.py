# Micropython.RingIO is a buffer with the methods of a stream.
import micropython

ring = micropython.RingIO(8)
print(ring.write(b"abc\ndefgh"), ring.any())
print(ring.readline(), ring.read(2), ring.any())
buf = bytearray(4)
print(ring.readinto(buf), buf, ring.read(), ring.any())
r2 = micropython.RingIO(bytearray(4))
print(r2.write(b"12345"), r2.read())
