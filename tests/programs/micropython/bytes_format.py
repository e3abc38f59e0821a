# Bytes have format().
print(b"id: {}\r\n".format(7), b"{:>4}|{:02x}".format("ab", 10))
