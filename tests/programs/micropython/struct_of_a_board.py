# `struct` cuts numbers to their size, fills in what is missing, takes longer buffers, and raises ValueError.
import struct

for call in (
    lambda: struct.pack("<H", 70000),
    lambda: struct.pack("<bB", 200, -1),
    lambda: struct.pack("<Iq", -1, (1 << 70) + 5),
    lambda: struct.pack("<HH", 1),
    lambda: struct.pack("<H", 1, 2),
    lambda: struct.pack("3B2s", 1, 2),
    lambda: struct.pack("<4s", "abcdef"),
    lambda: struct.pack("<f", True),
    lambda: struct.pack("<d", None),
    lambda: struct.pack("<i", 1.5),
    lambda: struct.pack("<i", "a"),
    lambda: struct.pack("<?", 1),
    lambda: struct.pack("<z", 1),
    lambda: struct.pack("< H", 1),
    lambda: struct.calcsize("<HIb"),
    lambda: struct.calcsize("z"),
    lambda: struct.unpack("<H", b"abcd"),
    lambda: struct.unpack("<I", b"abc"),
    lambda: struct.unpack("<H", "ab"),
    lambda: struct.unpack_from("<H", b"abcd", -2),
    lambda: struct.unpack_from("<H", b"abcd", 3),
    lambda: struct.unpack_from("<H", b"abcd", -5),
    lambda: struct.pack_into("<H", bytearray(2), 1, 1),
    lambda: struct.pack_into("<H", b"ab", 0, 1),
):
    try:
        print(call())
    except Exception as e:
        print(repr(e), type(e))
room = bytearray(4)
struct.pack_into("<H", room, -2, 513)
struct.pack_into("B", room, 0, 300)
print(room)
