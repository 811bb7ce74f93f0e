package io.ringsight.sources.v4l2;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.ringsight.sources.v4l2.Videodev.Buffer;
import io.ringsight.sources.v4l2.Videodev.Capability;
import io.ringsight.sources.v4l2.Videodev.Format;
import io.ringsight.sources.v4l2.Videodev.FormatDescription;
import io.ringsight.sources.v4l2.Videodev.FrameSize;
import io.ringsight.sources.v4l2.Videodev.RequestBuffers;
import io.ringsight.sources.v4l2.Videodev.StreamParameters;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A driver of a camera by the book: answers as the kernel does, and as a test has it answer. Used by one thread. */
public final class FakeCamera implements Kernel {
    private static final int DESCRIPTOR = 7;
    private static final int BUFFERS = 8;

    private final LinuxKernel memory = new LinuxKernel();
    private final Map<Long, Deque<Integer>> answers = new HashMap<>();
    private final List<Integer> formats = new ArrayList<>();
    private final Memory[] buffers = new Memory[BUFFERS];
    /** Handed to the driver, by their numbers. */
    private final int[] queued = new int[BUFFERS];

    private int queuedCount;
    private Runnable onPoll = () -> {};

    private int capabilities = Capability.HAS_DEVICE_CAPS;
    private int deviceCaps = Capability.HAS_VIDEO_CAPTURE | Capability.HAS_STREAMING;
    private int width = 640;
    private int height = 480;
    private int bytesPerLine;
    private int pixelFormat;
    private int colorspace;
    private int ycbcrEncoding;
    private int quantization;
    private final Deque<Integer> fields = new ArrayDeque<>();
    private int ready;
    private int sequence;
    private int flags;
    private int bytesUsed = Integer.MAX_VALUE;
    private int index = -1;
    private long timestampUs = 1_000_000;
    private int pollAnswer;
    private int bufferBytes = 4096;

    private int open;
    private int mapped;
    private boolean streaming;

    /** One that has formats of these four characters. */
    public FakeCamera(String... fourccs) {
        for (String fourcc : fourccs) {
            formats.add(code(fourcc));
        }
        pixelFormat = formats.isEmpty() ? 0 : formats.get(0);
    }

    static int code(String fourcc) {
        byte[] bytes = fourcc.getBytes(StandardCharsets.US_ASCII);
        return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | bytes[3] << 24;
    }

    /** The next answers to a request, before it is answered by the book; 0: by the book. */
    FakeCamera answers(long request, Integer... results) {
        answers.computeIfAbsent(request, key -> new ArrayDeque<>()).addAll(List.of(results));
        return this;
    }

    FakeCamera can(int ofAll, int ofNode) {
        capabilities = ofAll;
        deviceCaps = ofNode;
        return this;
    }

    /** It has no other size. */
    public FakeCamera size(int width, int height) {
        this.width = width;
        this.height = height;
        return this;
    }

    FakeCamera bytesPerLine(int bytes) {
        bytesPerLine = bytes;
        return this;
    }

    /** The kernel's numbers of the colour space and how it is used. */
    public FakeCamera colours(int space, int encoding, int quantization) {
        colorspace = space;
        ycbcrEncoding = encoding;
        this.quantization = quantization;
        return this;
    }

    /** The fields ({@code V4L2_FIELD_…}) of the formats it is asked to set, one after the other. */
    public FakeCamera fields(Integer... one) {
        fields.addAll(List.of(one));
        return this;
    }

    public FakeCamera bufferBytes(int bytes) {
        bufferBytes = bytes;
        return this;
    }

    /** The next pictures are in their buffers, which hold what they held. */
    public FakeCamera gives(int pictures) {
        ready += pictures;
        return this;
    }

    /** The driver lost pictures, or counts as it likes. */
    public FakeCamera skips(int numbers) {
        sequence += numbers;
        timestampUs += 33_333L * numbers;
        return this;
    }

    /** The next pictures have these flags and bytes. */
    public FakeCamera marks(int flags, int bytesUsed) {
        this.flags = flags;
        this.bytesUsed = bytesUsed;
        return this;
    }

    FakeCamera givesBuffer(int index) {
        this.index = index;
        return this;
    }

    /** What polling answers when no picture is there. */
    public FakeCamera polls(int answer) {
        pollAnswer = answer;
        return this;
    }

    public FakeCamera onPoll(Runnable step) {
        onPoll = step;
        return this;
    }

    /** Writes into all buffers. */
    public FakeCamera shows(byte[] bytes) {
        for (int i = 0; i < BUFFERS; i++) {
            buffer(i).write(0, bytes, 0, bytes.length);
        }
        return this;
    }

    private Memory buffer(int number) {
        if (buffers[number] == null) {
            buffers[number] = new Memory(bufferBytes);
            buffers[number].clear();
        }
        return buffers[number];
    }

    /** Whether nothing is open, mapped or streaming. */
    public boolean isLeftAlone() {
        return open == 0 && mapped == 0 && !streaming;
    }

    public int chosenFormat() {
        return pixelFormat;
    }

    @Override
    public int open(String path) {
        int answer = answer(0);
        open += answer < 0 ? 0 : 1;
        return answer < 0 ? answer : DESCRIPTOR;
    }

    @Override
    public int close(int descriptor) {
        open--;
        streaming = false;
        return 0;
    }

    @Override
    public int ioctl(int descriptor, long request, Memory argument) {
        int answer = answer(request);
        return answer < 0 ? answer : byTheBook(request, argument);
    }

    private int answer(long request) {
        Deque<Integer> next = answers.isEmpty() ? null : answers.get(request);
        return next == null || next.isEmpty() ? 0 : next.remove();
    }

    private int byTheBook(long request, Memory argument) {
        if (request == Videodev.DQBUF) {
            return dequeue(argument);
        } else if (request == Videodev.QBUF) {
            queued[queuedCount++] = argument.getInt(Buffer.INDEX);
            return 0;
        } else if (request == Videodev.QUERYCAP) {
            argument.setInt(Capability.CAPABILITIES, capabilities);
            argument.setInt(Capability.DEVICE_CAPS, deviceCaps);
        } else if (request == Videodev.ENUM_FMT) {
            return describe(argument);
        } else if (request == Videodev.ENUM_FRAMESIZES) {
            return describeSize(argument);
        } else if (request == Videodev.G_FMT || request == Videodev.S_FMT) {
            setFormat(request, argument);
        } else if (request == Videodev.G_PARM) {
            argument.setInt(StreamParameters.CAPABILITY, StreamParameters.TIME_PER_FRAME);
            argument.setInt(StreamParameters.NUMERATOR, 1);
            argument.setInt(StreamParameters.DENOMINATOR, 30);
        } else if (request == Videodev.REQBUFS) {
            argument.setInt(RequestBuffers.COUNT, Math.min(BUFFERS, argument.getInt(RequestBuffers.COUNT)));
        } else if (request == Videodev.QUERYBUF) {
            argument.setInt(Buffer.LENGTH, bufferBytes);
            argument.setInt(Buffer.OFFSET, argument.getInt(Buffer.INDEX) * bufferBytes);
        } else if (request == Videodev.STREAMON || request == Videodev.STREAMOFF) {
            streaming = request == Videodev.STREAMON;
        }
        return 0;
    }

    private int describe(Memory argument) {
        int number = argument.getInt(FormatDescription.INDEX);
        if (number >= formats.size()) {
            return -Errno.EINVAL;
        }
        argument.setInt(FormatDescription.PIXEL_FORMAT, formats.get(number));
        return 0;
    }

    private int describeSize(Memory argument) {
        if (argument.getInt(FrameSize.INDEX) > 0) {
            return -Errno.EINVAL;
        }
        argument.setInt(FrameSize.TYPE, FrameSize.DISCRETE);
        argument.setInt(FrameSize.WIDTH, width);
        argument.setInt(FrameSize.HEIGHT, height);
        return 0;
    }

    private void setFormat(long request, Memory argument) {
        if (request == Videodev.S_FMT && formats.contains(argument.getInt(Format.PIXEL_FORMAT))) {
            pixelFormat = argument.getInt(Format.PIXEL_FORMAT);
        }
        argument.setInt(Format.PIXEL_FORMAT, pixelFormat);
        argument.setInt(Format.WIDTH, width);
        argument.setInt(Format.HEIGHT, height);
        argument.setInt(Format.BYTES_PER_LINE, bytesPerLine);
        argument.setInt(Format.IMAGE_BYTES, bufferBytes);
        argument.setInt(Format.COLORSPACE, colorspace);
        argument.setInt(Format.YCBCR_ENCODING, ycbcrEncoding);
        argument.setInt(Format.QUANTIZATION, quantization);
        if (request == Videodev.S_FMT) {
            argument.setInt(Format.FIELD, fields.isEmpty() ? 1 : fields.remove());
        }
    }

    private int dequeue(Memory argument) {
        if (ready == 0 || queuedCount == 0) {
            return -Errno.EAGAIN;
        }
        ready--;
        argument.setInt(Buffer.INDEX, index < 0 ? queued[0] : index);
        System.arraycopy(queued, 1, queued, 0, --queuedCount);
        argument.setInt(Buffer.BYTES_USED, Math.min(bytesUsed, bufferBytes));
        argument.setInt(Buffer.FLAGS, flags);
        argument.setInt(Buffer.SEQUENCE, sequence++);
        argument.setLong(Buffer.SECONDS, timestampUs / 1_000_000);
        argument.setLong(Buffer.MICROSECONDS, timestampUs % 1_000_000);
        timestampUs += 33_333;
        return 0;
    }

    @Override
    public long map(int descriptor, long bytes, long offset) {
        mapped++;
        return Pointer.nativeValue(buffer((int) (offset / bufferBytes)));
    }

    @Override
    public int unmap(long address, long bytes) {
        mapped--;
        return 0;
    }

    @Override
    public int poll(int descriptor, int timeoutMs) {
        onPoll.run();
        return ready > 0 ? POLLIN : pollAnswer;
    }

    @Override
    public String text(int errno) {
        return memory.text(errno);
    }

    @Override
    public void copy(long target, long source, long bytes) {
        memory.copy(target, source, bytes);
    }
}
