# A device gets bytes, from print(), from json and from print_exception().
import io, json, sys


class Screen(io.IOBase):
    shown = b""

    def write(self, buf):
        self.shown += bytes(buf)
        return len(buf)


s = Screen()
print("x", 1, file=s)
json.dump([1], s)
try:
    raise ValueError("v")
except ValueError as e:
    sys.print_exception(e, s)
print(s.shown[:7], s.shown[-14:])
