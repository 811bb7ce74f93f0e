package io.ringsight.sources.recent;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.RecentVideo;
import io.ringsight.sources.libav.NativeObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/** A clip of a source's packets, which are its own once it is complete. Times are those of pictures, in nanoseconds. */
final class PacketClip implements RecentVideo.Clip {
    private final long fromNs;
    private final long momentNs;
    private final long untilNs;
    private final BooleanSupplier isOfNow;
    private List<AVPacket> packets = List.of();
    private StreamDescription stream;
    private long bytes;
    private boolean isComplete;
    private boolean isClosed;

    /** @param isOfNow whether times still mean what they meant when it was begun */
    PacketClip(long fromNs, long momentNs, long untilNs, BooleanSupplier isOfNow) {
        this.isOfNow = isOfNow;
        this.fromNs = fromNs;
        this.momentNs = momentNs;
        this.untilNs = untilNs;
    }

    long fromNs() {
        return fromNs;
    }

    long momentNs() {
        return momentNs;
    }

    long untilNs() {
        return untilNs;
    }

    /** Takes over all it needs: no packets if its moment is gone. By whoever holds the packets. */
    synchronized void complete(List<AVPacket> all, StreamDescription of) {
        packets = all;
        stream = of;
        bytes = all.stream().mapToLong(AVPacket::size).sum();
        isComplete = true;
        if (isClosed) {
            free();
        }
    }

    @Override
    public boolean covers(long ptsNs) {
        return ptsNs != Picture.UNKNOWN && ptsNs >= momentNs && ptsNs <= untilNs && isOfNow.getAsBoolean();
    }

    @Override
    public synchronized boolean isComplete() {
        return isComplete;
    }

    @Override
    public synchronized long bytes() {
        return bytes;
    }

    @Override
    public synchronized void write(Path file) throws IOException {
        if (!isComplete || isClosed) {
            throw new IllegalStateException("expected a clip that is complete and open");
        }
        if (packets.isEmpty()) {
            throw new RecentVideo.GoneException("its video was dropped before it was complete: it is larger than"
                    + " evidence.clipMaxBytes, or the analysis is far behind");
        }
        new Mp4Writer(stream, packets).write(file);
    }

    @Override
    public synchronized void close() {
        if (!isClosed) {
            isClosed = true;
            free();
        }
    }

    private void free() {
        for (AVPacket packet : packets) {
            av_packet_free(packet);
            NativeObject.PACKET.freed();
        }
        packets = List.of();
        if (stream != null) {
            stream.close();
            stream = null;
        }
    }
}
