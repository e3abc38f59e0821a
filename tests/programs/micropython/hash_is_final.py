# A hash is at its end once it was asked for, and bad digits are a ValueError.
import binascii
import hashlib

made = hashlib.sha256(b"a")
made.update("b")
print(made, type(made), made.digest())
for call in (
    lambda: made.digest(),
    lambda: made.update(b"c"),
    lambda: made.hexdigest(),
    lambda: hashlib.sha1().digest(),
    lambda: hashlib.md5(5),
    lambda: binascii.hexlify("ab", "-"),
    lambda: binascii.unhexlify("abc"),
    lambda: binascii.unhexlify("zz"),
    lambda: binascii.a2b_base64("YQ"),
    lambda: binascii.a2b_base64("YQ=="),
):
    try:
        print(call())
    except Exception as e:
        print(repr(e), type(e))
