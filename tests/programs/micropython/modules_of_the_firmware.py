# Modules that every build of MicroPython of that size has.
# not on: webassembly (it has no sockets, threads or standard input)
import uctypes, framebuf, deflate, cryptolib, vfs, machine

buf = bytearray(b"\x01\x02\x03\x04")
print(hex(uctypes.struct(uctypes.addressof(buf), {"n": uctypes.UINT16 | 2}, uctypes.LITTLE_ENDIAN).n))
fb = framebuf.FrameBuffer(bytearray(8), 8, 8, framebuf.MONO_VLSB)
fb.pixel(3, 3, 1)
print(fb.pixel(3, 3), cryptolib.aes(b"k" * 16, 1).encrypt(b"p" * 16)[:4], hasattr(machine, "idle"))
