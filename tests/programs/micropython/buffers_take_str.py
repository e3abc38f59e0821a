# Functions that take a buffer take a str.
import binascii, hashlib, json, re

print(binascii.hexlify("hi"), binascii.b2a_base64("hi"), binascii.crc32("hi"))
print(binascii.hexlify(hashlib.sha256("hi").digest())[:8])
print(json.dumps({"k": b"v"}), re.match("(a+)", b"aab").group(1))
