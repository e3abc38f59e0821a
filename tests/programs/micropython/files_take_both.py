# Streams take str and bytes, whatever their mode.
import io, sys

b = io.BytesIO()
b.write("text")
b.write(b"+bytes")
print(b.getvalue())
sys.stdout.write(b"bytes to the screen\n")
