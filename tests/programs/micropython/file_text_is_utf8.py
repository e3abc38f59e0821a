# A file of text is UTF-8, wherever the program runs.
import os

NAME = "/tmp/text-%d.tmp" % int.from_bytes(os.urandom(6), "little")

with open(NAME, "w") as file:
    file.write("a\u00e9\u20ac")
with open(NAME, "rb") as file:
    print(file.read())
with open(NAME) as file:
    print(file.read() == "a\u00e9\u20ac")
with open(NAME, mode="r") as file:
    print(len(file.readline()))
os.remove(NAME)
