# A BytesIO or StringIO is given the room that it shall reserve.
import io

b = io.BytesIO(32)
b.write(b"abc")
s = io.StringIO(32)
s.write("def")
print(b.getvalue(), s.getvalue())
