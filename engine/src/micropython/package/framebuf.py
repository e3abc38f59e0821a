"""A frame buffer: pixels in the memory of a buffer, in the formats of MicroPython's `framebuf`."""

MONO_VLSB, RGB565, GS4_HMSB, MONO_HLSB, MONO_HMSB, GS2_HMSB, GS8 = range(7)
MVLSB = MONO_VLSB
_BITS = {RGB565: 16, GS4_HMSB: 4, MONO_HLSB: 1, MONO_HMSB: 1, GS2_HMSB: 2, GS8: 8, MONO_VLSB: 1}


class FrameBuffer:
    def __init__(self, buffer, width, height, format, stride=None):
        if format not in _BITS:
            raise ValueError('invalid format')
        stride = width if stride is None else stride
        if width < 1 or height < 1 or stride < width:
            raise ValueError
        if format in (MONO_HLSB, MONO_HMSB):
            stride = (stride + 7) & ~7
        elif format in (GS2_HMSB, GS4_HMSB):
            per_byte = 8 // _BITS[format]
            stride = (stride + per_byte - 1) // per_byte * per_byte
        rows = (height + 7) & ~7 if format == MONO_VLSB else height
        self._memory = memoryview(buffer).cast('B')
        if len(self._memory) * 8 < stride * rows * _BITS[format]:
            raise ValueError
        self._width, self._height, self._format, self._stride = width, height, format, stride

    def _get(self, x, y):
        memory, stride, format = self._memory, self._stride, self._format
        if format == MONO_VLSB:
            return memory[(y >> 3) * stride + x] >> (y & 7) & 1
        if format == RGB565:
            at = (y * stride + x) * 2
            return memory[at] | memory[at + 1] << 8
        if format == GS8:
            return memory[y * stride + x]
        bits = _BITS[format]
        at = (y * stride + x) * bits
        inside = at & 7
        shift = inside if format in (MONO_HMSB, GS2_HMSB) else 8 - bits - inside
        return memory[at >> 3] >> shift & ((1 << bits) - 1)

    def _set(self, x, y, color):
        memory, stride, format = self._memory, self._stride, self._format
        if format == RGB565:
            at = (y * stride + x) * 2
            memory[at], memory[at + 1] = color & 0xff, color >> 8 & 0xff
            return
        if format == GS8:
            memory[y * stride + x] = color & 0xff
            return
        bits = _BITS[format]
        if format == MONO_VLSB:
            at, shift = (y >> 3) * stride + x, y & 7
        else:
            position = (y * stride + x) * bits
            at, inside = position >> 3, position & 7
            shift = inside if format in (MONO_HMSB, GS2_HMSB) else 8 - bits - inside
        mask = (1 << bits) - 1
        value = (1 if color else 0) if bits == 1 else color & mask
        memory[at] = memory[at] & ~(mask << shift) & 0xff | value << shift

    def pixel(self, x, y, color=None):
        if 0 <= x < self._width and 0 <= y < self._height:
            if color is None:
                return self._get(x, y)
            self._set(x, y, color)

    def fill_rect(self, x, y, width, height, color):
        for row in range(max(y, 0), min(y + height, self._height)):
            for column in range(max(x, 0), min(x + width, self._width)):
                self._set(column, row, color)

    def fill(self, color):
        self.fill_rect(0, 0, self._width, self._height, color)

    def hline(self, x, y, width, color):
        self.fill_rect(x, y, width, 1, color)

    def vline(self, x, y, height, color):
        self.fill_rect(x, y, 1, height, color)

    def rect(self, x, y, width, height, color, fill=False):
        if fill:
            return self.fill_rect(x, y, width, height, color)
        self.hline(x, y, width, color)
        self.hline(x, y + height - 1, width, color)
        self.vline(x, y, height, color)
        self.vline(x + width - 1, y, height, color)

    def line(self, x1, y1, x2, y2, color):
        dx, dy = abs(x2 - x1), -abs(y2 - y1)
        step_x, step_y = 1 if x1 < x2 else -1, 1 if y1 < y2 else -1
        error = dx + dy
        while True:
            self.pixel(x1, y1, color)
            if (x1, y1) == (x2, y2):
                return
            if 2 * error >= dy:
                error += dy
                x1 += step_x
            else:
                error += dx
                y1 += step_y

    def scroll(self, dx, dy):
        columns = range(self._width) if dx < 0 else range(self._width - 1, -1, -1)
        rows = range(self._height) if dy < 0 else range(self._height - 1, -1, -1)
        for y in rows:
            for x in columns:
                if 0 <= x - dx < self._width and 0 <= y - dy < self._height:
                    self._set(x, y, self._get(x - dx, y - dy))

    def blit(self, source, x, y, key=-1, palette=None):
        if not isinstance(source, FrameBuffer):
            source = FrameBuffer(*source)
        for row in range(source._height):
            for column in range(source._width):
                color = source._get(column, row)
                if color != key:
                    if palette is not None:
                        color = palette._get(color, 0)
                    self.pixel(x + column, y + row, color)

    def text(self, text, x, y, color=1):
        """There is no font here: each character is a block of the size that it has on a board."""
        for at, character in enumerate(text):
            if character != ' ':
                self.fill_rect(x + 8 * at + 1, y + 1, 6, 6, color)
