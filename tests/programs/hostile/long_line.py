# One line of a million characters.
# ends: code 0
print("x" * 1_000_000)
print("after the long line")
