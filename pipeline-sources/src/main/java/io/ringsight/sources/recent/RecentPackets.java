package io.ringsight.sources.recent;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_ref;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;

import io.ringsight.core.frame.Picture;
import io.ringsight.core.frame.RecentVideo;
import io.ringsight.sources.libav.NativeObject;
import io.ringsight.sources.time.TimeLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;

/**
 * The last packets of one source, by reference: bounded by time, bytes and number, and beginning with a key frame, so that
 * they can be decoded. Packets of one connection only, and of one stretch of its time where that goes back (after a wrap);
 * those of the last one stay until the next begins.
 *
 * <p><b>Threads.</b> The source's adds, and hands what a clip needs over to it once that is all there. Others begin clips.
 * Allocates no Java object for a packet once it has held as many before.
 */
public final class RecentPackets implements RecentVideo, AutoCloseable {
    private static final int MAX_PACKETS = 8_192;
    private static final long NS_PER_MS = 1_000_000L;
    /** What passes from a frame's packet to the end of its analysis. */
    private static final long ANALYSIS_NS = 5_000 * NS_PER_MS;

    private final Limits limits;
    private final long keptNs;
    private final AVPacket[] packets = new AVPacket[MAX_PACKETS];
    private final long[] timesNs = new long[MAX_PACKETS];
    private final List<PacketClip> open = new ArrayList<>();
    private int first;
    private int count;
    private long bytes;
    /** The newest time, in that of the stream. */
    private long newestNs;
    /** When the last one is decoded, in the same. */
    private long decodedNs;

    private StreamDescription stream;
    private TimeLine timeLine;
    private long offsetNs;
    private boolean ended;
    /** Number of the connection, or of the stretch of its time. Written under the lock. */
    private volatile long stretch;

    public RecentPackets(Limits limits) {
        this.limits = limits;
        keptNs = (limits.preRollMs() + limits.postRollMs()) * NS_PER_MS + ANALYSIS_NS;
    }

    /** A connection begins: packets added from now on are of this stream. */
    public synchronized void begin(AVStream from, TimeLine times) {
        startOver();
        close(stream);
        stream = StreamDescription.of(from);
        timeLine = times;
        ended = false;
    }

    /** Keeps a packet, which stays the caller's. */
    public synchronized void add(AVPacket packet, AVCodecContext codec) {
        offsetNs = timeLine.offsetNs();
        stream.size(codec.width(), codec.height());
        long ticks = packet.pts() == AV_NOPTS_VALUE ? packet.dts() : packet.pts();
        long timeNs = ticks == AV_NOPTS_VALUE ? Picture.UNKNOWN : timeLine.streamNs(ticks);
        boolean isKey = (packet.flags() & AV_PKT_FLAG_KEY) != 0;
        if (timeNs != Picture.UNKNOWN && count > 0 && newestNs - timeNs > keptNs) {
            startOver();
        }
        if (timeNs == Picture.UNKNOWN || packet.size() <= 0 || count == 0 && !isKey) {
            return;
        }
        while (count > 0 && (count == MAX_PACKETS || bytes + packet.size() > limits.maxBytes())) {
            dropFirstGroup();
        }
        if ((count > 0 || isKey) && packet.size() <= limits.maxBytes()) {
            keep(packet, timeNs);
        }
        while (count > 0 && timeNs - timesNs[first] > keptNs && dropGroupBefore(timeNs - keptNs)) {}
        // What is decoded later is shown later, too; cameras that do not say when to decode send in the order of
        // showing.
        decodedNs = packet.dts() == AV_NOPTS_VALUE ? timeNs : timeLine.streamNs(packet.dts());
        completeUntil(decodedNs + offsetNs);
    }

    private void keep(AVPacket packet, long timeNs) {
        int at = (first + count) % MAX_PACKETS;
        if (packets[at] == null) {
            packets[at] = av_packet_alloc();
            NativeObject.PACKET.made();
        }
        if (av_packet_ref(packets[at], packet) >= 0) {
            timesNs[at] = timeNs;
            bytes += packet.size();
            newestNs = count == 0 ? timeNs : Math.max(newestNs, timeNs);
            count++;
        }
    }

    /** Whether the first group could go, since the next begins before {@code timeNs}. */
    private boolean dropGroupBefore(long timeNs) {
        int next = nextKey(1);
        if (next == count || timesNs[(first + next) % MAX_PACKETS] > timeNs) {
            return false;
        }
        dropFirstGroup();
        return true;
    }

    private int nextKey(int from) {
        int next = from;
        while (next < count && !isKey(next)) {
            next++;
        }
        return next;
    }

    private boolean isKey(int index) {
        return (packets[(first + index) % MAX_PACKETS].flags() & AV_PKT_FLAG_KEY) != 0;
    }

    private void dropFirstGroup() {
        for (int left = Math.min(count, nextKey(1)); left > 0; left--) {
            bytes -= packets[first].size();
            av_packet_unref(packets[first]);
            first = (first + 1) % MAX_PACKETS;
            count--;
        }
    }

    /** What follows is no continuation of what is held: its times may be the same. */
    private void startOver() {
        completeUntil(Long.MAX_VALUE);
        clear();
        stretch = stretch + 1;
    }

    private void clear() {
        while (count > 0) {
            dropFirstGroup();
        }
    }

    /** The connection is over: clips that were begun end with it. */
    public synchronized void end() {
        endAll();
    }

    private void endAll() {
        ended = true;
        completeUntil(Long.MAX_VALUE);
    }

    private void completeUntil(long timeNs) {
        for (int i = open.size() - 1; i >= 0; i--) {
            if (timeNs > open.get(i).untilNs()) {
                complete(open.remove(i));
            }
        }
    }

    /** Hands over from the key frame before it begins to the last packet that is shown before it ends. */
    private void complete(PacketClip clip) {
        int from = lastKeyUntil(clip.fromNs() - offsetNs);
        from = from < 0 ? 0 : from;
        int to = count - 1;
        while (to > from && timesNs[(first + to) % MAX_PACKETS] > clip.untilNs() - offsetNs) {
            to--;
        }
        boolean isThere = count > 0 && timesNs[(first + from) % MAX_PACKETS] <= clip.momentNs() - offsetNs;
        List<AVPacket> taken = new ArrayList<>();
        for (int i = from; isThere && i <= to; i++) {
            AVPacket copy = av_packet_alloc();
            NativeObject.PACKET.made();
            av_packet_ref(copy, packets[(first + i) % MAX_PACKETS]);
            taken.add(copy);
        }
        clip.complete(taken, stream.copy());
    }

    /** The last key frame at a time or before it, -1 for none. */
    private int lastKeyUntil(long timeNs) {
        for (int i = count - 1; i >= 0; i--) {
            if (timesNs[(first + i) % MAX_PACKETS] <= timeNs && isKey(i)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public synchronized Optional<Clip> begin(long ptsNs) {
        boolean isThere = count > 0
                && ptsNs != Picture.UNKNOWN
                && ptsNs - offsetNs <= newestNs
                && lastKeyUntil(ptsNs - offsetNs) >= 0
                && stream.fitsMp4();
        if (!isThere) {
            return Optional.empty();
        }
        long ofClip = stretch;
        PacketClip clip = new PacketClip(
                ptsNs - limits.preRollMs() * NS_PER_MS,
                ptsNs,
                ptsNs + limits.postRollMs() * NS_PER_MS,
                () -> stretch == ofClip);
        if (ended || decodedNs + offsetNs > clip.untilNs()) {
            complete(clip);
        } else {
            open.add(clip);
        }
        return Optional.of(clip);
    }

    @Override
    public synchronized void close() {
        endAll();
        clear();
        close(stream);
        stream = null;
        for (int i = 0; i < MAX_PACKETS; i++) {
            if (packets[i] != null) {
                av_packet_free(packets[i]);
                NativeObject.PACKET.freed();
                packets[i] = null;
            }
        }
    }

    private static void close(StreamDescription stream) {
        if (stream != null) {
            stream.close();
        }
    }
}
