"""AES in the three modes of MicroPython's `cryptolib`."""


def _make_tables():
    power, log, value = [0] * 256, [0] * 256, 1
    for at in range(255):
        power[at], log[value] = value, at
        value ^= (value << 1) ^ (0x11b if value & 0x80 else 0)
        value &= 0xff
    box = [0] * 256
    for byte in range(256):
        inverse = power[(255 - log[byte]) % 255] if byte else 0
        mixed = inverse
        for _ in range(4):
            inverse = (inverse << 1 | inverse >> 7) & 0xff
            mixed ^= inverse
        box[byte] = mixed ^ 0x63
    return bytes(box), bytes(box.index(byte) for byte in range(256))


_BOX, _INVERSE = _make_tables()
_ECB, _CBC, _CTR = 1, 2, 6


def _times(byte, factor):
    product = 0
    while factor:
        if factor & 1:
            product ^= byte
        byte = (byte << 1) ^ (0x11b if byte & 0x80 else 0)
        factor >>= 1
    return product


def _mix(state, factors):
    mixed = bytearray(16)
    for column in range(0, 16, 4):
        for row in range(4):
            for other in range(4):
                mixed[column + row] ^= _times(state[column + other], factors[(other - row) % 4])
    return mixed


class aes:
    """`aes(key, mode[, IV])`: mode 1 is ECB, 2 CBC, 6 CTR."""

    def __init__(self, key, mode, IV=None):
        key = key.encode() if isinstance(key, str) else bytes(key)
        if len(key) not in (16, 32):
            raise ValueError('key')
        if mode not in (_ECB, _CBC, _CTR):
            raise ValueError('mode')
        if mode != _ECB and (IV is None or len(IV) != 16):
            raise ValueError('IV')
        self._mode, self._iv, self._left = mode, bytearray(IV or b''), b''
        self._keys = self._expanded(key)

    @staticmethod
    def _expanded(key):
        words = [key[at:at + 4] for at in range(0, len(key), 4)]
        count, constant = len(words), 1
        for at in range(count, 4 * (count + 7)):
            word = words[-1]
            if at % count == 0:
                word = bytes(_BOX[byte] for byte in word[1:] + word[:1])
                word = bytes([word[0] ^ constant]) + word[1:]
                constant = _times(constant, 2)
            elif count > 6 and at % count == 4:
                word = bytes(_BOX[byte] for byte in word)
            words.append(bytes(a ^ b for a, b in zip(words[at - count], word)))
        return [b''.join(words[at:at + 4]) for at in range(0, len(words), 4)]

    def _encrypted(self, block):
        state = bytearray(a ^ b for a, b in zip(block, self._keys[0]))
        for key in self._keys[1:]:
            state = bytearray(_BOX[state[(at + 4 * (at % 4)) % 16]] for at in range(16))
            if key is not self._keys[-1]:
                state = _mix(state, (2, 3, 1, 1))
            state = bytearray(a ^ b for a, b in zip(state, key))
        return bytes(state)

    def _decrypted(self, block):
        state = bytearray(a ^ b for a, b in zip(block, self._keys[-1]))
        for key in reversed(self._keys[:-1]):
            state = bytearray(_INVERSE[state[(at - 4 * (at % 4)) % 16]] for at in range(16))
            state = bytearray(a ^ b for a, b in zip(state, key))
            if key is not self._keys[0]:
                state = _mix(state, (14, 11, 13, 9))
        return bytes(state)

    def _counted(self, data):
        out = bytearray()
        for byte in data:
            if not self._left:
                self._left = self._encrypted(self._iv)
                counter = (int.from_bytes(self._iv, 'big') + 1) % (1 << 128)
                self._iv = bytearray(counter.to_bytes(16, 'big'))
            out.append(byte ^ self._left[0])
            self._left = self._left[1:]
        return bytes(out)

    def _process(self, data, out, encrypting):
        data = data.encode() if isinstance(data, str) else bytes(data)
        if self._mode == _CTR:
            result = self._counted(data)
        else:
            if len(data) % 16:
                raise ValueError('blksize % 16')
            result = bytearray()
            for at in range(0, len(data), 16):
                block = data[at:at + 16]
                if self._mode == _ECB:
                    made = self._encrypted(block) if encrypting else self._decrypted(block)
                elif encrypting:
                    made = self._encrypted(bytes(a ^ b for a, b in zip(block, self._iv)))
                    self._iv = made
                else:
                    made = bytes(a ^ b for a, b in zip(self._decrypted(block), self._iv))
                    self._iv = block
                result += made
        if out is None:
            return bytes(result)
        out[:len(result)] = result
        return out

    def encrypt(self, data, out=None):
        return self._process(data, out, True)

    def decrypt(self, data, out=None):
        return self._process(data, out, False)
