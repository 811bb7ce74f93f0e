/*
 * Letterboxes one picture into one row of a network's input tensor: samples it bilinearly, converts its colours and
 * writes the padding around it. One thread makes one pixel of the input, in blocks of any shape:
 *
 *     columns: blockIdx.x * blockDim.x + threadIdx.x        lines: blockIdx.y * blockDim.y + threadIdx.y
 *
 * It knows no pixel formats. A picture is three channels (luma and two chroma, or red, green and blue), each a first
 * sample, the bytes from sample to sample and the bytes from line to line; so planar, semi-planar and packed pictures
 * of 8 or 16 bits are all alike. What the samples mean is three offsets and a matrix.
 *
 * Plain CUDA C without headers: NVRTC, nvcc and (with a few macros) a C++ compiler for the host compile it.
 */

/* The launch's only argument, by value. CudaLetterbox writes it: 4 addresses, 20 integers, 15 floats. */
struct LetterboxRow {
    /* First sample of each channel. */
    unsigned long long channel[3];
    /* First element of the row: three planes of inputHeight lines of inputWidth elements. */
    unsigned long long output;
    /* Bytes from line to line and from sample to sample, by channel. */
    int stride[3];
    int step[3];
    /* Size of channel 0, and of channels 1 and 2, in samples. */
    int width;
    int height;
    int chromaWidth;
    int chromaHeight;
    /* Where the picture lies in the input. */
    int left;
    int top;
    int boxWidth;
    int boxHeight;
    int inputWidth;
    int inputHeight;
    /* 0: samples of 8 bits; 1: of 16 bits. */
    int wide;
    /* Elements: 0 float32, 1 float16, 2 uint8. */
    int type;
    /* The plane red goes to: 0, or 2 where blue comes first. */
    int redPlane;
    /* Bit i: of channel i there are only the lines that are read, two for each line of the box, one pair after the other. */
    int paired;
    /* Takes a stored sample to 0..255. */
    float unit;
    /* rgb = matrix * (sample - offset), each of 0..255; by lines. */
    float offset[3];
    float matrix[9];
    /* What 0..255 is multiplied with, and the value of the padding, which is multiplied already. */
    float scale;
    float padding;
};

static __device__ float letterboxSample(unsigned long long line, int step, int column, int wide) {
    unsigned long long address = line + (unsigned long long) column * step;
    return wide ? (float) *(const unsigned short *) address : (float) *(const unsigned char *) address;
}

/*
 * A channel at the middle of the input's pixel, its outermost samples reaching on for ever: x is a fraction of the box's
 * width, line one of its lines. The two lines it lies between are found in integers: whoever packs pairs finds the same.
 */
static __device__ float letterboxAt(
        unsigned long long channel, int stride, int step, int width, int height, float x, int line, int lines, int wide,
        int paired) {
    float column = x * width - 0.5f;
    column = column < 0.0f ? 0.0f : column > width - 1.0f ? width - 1.0f : column;
    int x0 = (int) column;
    int x1 = x0 + 1 < width ? x0 + 1 : x0;
    float toRight = column - x0;
    int place = (2 * line + 1) * height - lines;
    place = place < 0 ? 0 : place;
    int y0 = place / (2 * lines);
    float down = (float) (place - y0 * 2 * lines) / (2 * lines);
    int y1 = y0 + 1 < height ? y0 + 1 : y0;
    if (paired) {
        y0 = 2 * line;
        y1 = y0 + 1;
    }
    /* The stride is negative where a picture is stored bottom up. */
    unsigned long long upperLine = channel + (long long) y0 * stride;
    unsigned long long lowerLine = channel + (long long) y1 * stride;
    float a = letterboxSample(upperLine, step, x0, wide);
    float b = letterboxSample(upperLine, step, x1, wide);
    float c = letterboxSample(lowerLine, step, x0, wide);
    float d = letterboxSample(lowerLine, step, x1, wide);
    float upper = a + (b - a) * toRight;
    float lower = c + (d - c) * toRight;
    return upper + (lower - upper) * down;
}

/* IEEE half of a float that is not negative, below 65504 and no NaN; to nearest, ties to even. */
static __device__ unsigned short letterboxHalf(float value) {
    union {
        float number;
        unsigned int bits;
    } from;
    from.number = value;
    unsigned int bits = from.bits;
    if (bits < 0x38800000u) {
        /* Below the smallest normal half: adding 0.5 makes the float's own rounding round to multiples of 2^-24. */
        from.number = value + 0.5f;
        return (unsigned short) (from.bits - 0x3f000000u);
    }
    bits += 0xfffu + ((bits >> 13) & 1u);
    return (unsigned short) ((bits - 0x38000000u) >> 13);
}

static __device__ void letterboxStore(unsigned long long output, long long index, int type, float value) {
    if (type == 0) {
        ((float *) output)[index] = value;
    } else if (type == 1) {
        ((unsigned short *) output)[index] = letterboxHalf(value);
    } else {
        ((unsigned char *) output)[index] = (unsigned char) (value + 0.5f);
    }
}

static __device__ float letterboxCut(float value) {
    return value < 0.0f ? 0.0f : value > 255.0f ? 255.0f : value;
}

extern "C" __global__ void letterbox(const LetterboxRow row) {
    int column = (int) (blockIdx.x * blockDim.x + threadIdx.x);
    int line = (int) (blockIdx.y * blockDim.y + threadIdx.y);
    if (column >= row.inputWidth || line >= row.inputHeight) {
        return;
    }
    long long plane = (long long) row.inputWidth * row.inputHeight;
    long long index = (long long) line * row.inputWidth + column;
    int inX = column - row.left;
    int inY = line - row.top;
    float red = row.padding;
    float green = row.padding;
    float blue = row.padding;
    if (inX >= 0 && inX < row.boxWidth && inY >= 0 && inY < row.boxHeight) {
        float x = (inX + 0.5f) / row.boxWidth;
        float first = letterboxAt(
                row.channel[0], row.stride[0], row.step[0], row.width, row.height, x, inY, row.boxHeight, row.wide,
                row.paired & 1);
        float second = letterboxAt(
                row.channel[1], row.stride[1], row.step[1], row.chromaWidth, row.chromaHeight, x, inY, row.boxHeight,
                row.wide, row.paired & 2);
        float third = letterboxAt(
                row.channel[2], row.stride[2], row.step[2], row.chromaWidth, row.chromaHeight, x, inY, row.boxHeight,
                row.wide, row.paired & 4);
        first = first * row.unit - row.offset[0];
        second = second * row.unit - row.offset[1];
        third = third * row.unit - row.offset[2];
        const float *m = row.matrix;
        red = letterboxCut(m[0] * first + m[1] * second + m[2] * third) * row.scale;
        green = letterboxCut(m[3] * first + m[4] * second + m[5] * third) * row.scale;
        blue = letterboxCut(m[6] * first + m[7] * second + m[8] * third) * row.scale;
    }
    letterboxStore(row.output, index + plane * row.redPlane, row.type, red);
    letterboxStore(row.output, index + plane, row.type, green);
    letterboxStore(row.output, index + plane * (2 - row.redPlane), row.type, blue);
}
