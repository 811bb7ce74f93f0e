package io.ringsight.sources.recent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_H264;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.av_new_packet;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;

import io.ringsight.core.frame.RecentVideo;
import io.ringsight.sources.libav.NativeObject;
import io.ringsight.sources.time.TimeBase;
import io.ringsight.sources.time.TimeLine;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is held of packets that no camera of these tests sends: 25 a second, of 1,000 bytes each. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RecentPacketsTest {
    private static final long NS_PER_MS = 1_000_000L;
    private static final int STEP_MS = 40;
    private static final int BYTES = 1_000;

    private final long before = NativeObject.PACKET.alive();
    private final AVFormatContext format = avformat_alloc_context();
    private final AVStream stream = avformat_new_stream(format, (AVCodec) null);
    private final AVCodecContext codec = avcodec_alloc_context3((AVCodec) null);
    private final AVPacket packet = av_packet_alloc();
    private final RecentPackets recent = new RecentPackets(new RecentVideo.Limits(1_000, 1_000, 100_000));

    @BeforeEach
    void begin() {
        stream.codecpar().codec_id(AV_CODEC_ID_H264);
        try (AVRational ms = new AVRational().num(1).den(1_000)) {
            stream.time_base(ms);
        }
        connect();
    }

    private void connect() {
        TimeLine times = new TimeLine(false);
        times.begin(new TimeBase(1, 1_000), 0);
        recent.begin(stream, times);
    }

    @AfterEach
    void close() {
        recent.close();
        av_packet_free(packet);
        avcodec_free_context(codec);
        avformat_free_context(format);
        assertThat(NativeObject.PACKET.alive()).isEqualTo(before);
    }

    /** Adds those of a stretch of time, a key frame first and then one in so many. */
    private void add(int fromMs, int toMs, int keyEach) {
        for (int ms = fromMs; ms < toMs; ms += STEP_MS) {
            add(ms, (ms - fromMs) / STEP_MS % keyEach == 0, BYTES);
        }
    }

    private void add(int ms, boolean isKey, int bytes) {
        av_new_packet(packet, bytes);
        packet.pts(ms).dts(ms).flags(isKey ? AV_PKT_FLAG_KEY : 0);
        recent.add(packet, codec);
        av_packet_unref(packet);
    }

    @Test
    void aGroupOfPicturesThatIsLargerThanAllThatMayBeHeldGoesAndTheNextIsHeld() {
        add(0, 30_000, 750);
        assertThat(recent.begin(29_000 * NS_PER_MS)).isEmpty();
        add(30_000, 60_000, 750);
        add(60_000, 61_000, 25);
        try (RecentVideo.Clip clip = recent.begin(60_500 * NS_PER_MS).orElseThrow()) {
            assertThat(clip.isComplete()).isFalse();
        }
    }

    @Test
    void aClipEndsWhereTheStreamsTimeGoesBack() {
        add(100_000, 102_000, 25);
        try (RecentVideo.Clip clip = recent.begin(101_900 * NS_PER_MS).orElseThrow()) {
            add(0, 2_000, 25);
            assertThat(clip.isComplete()).isTrue();
            assertThat(clip.bytes()).isEqualTo(50 * BYTES);
            assertThat(recent.begin(101_900 * NS_PER_MS)).isEmpty();
        }
        try (RecentVideo.Clip clip = recent.begin(1_500 * NS_PER_MS).orElseThrow()) {
            add(2_000, 3_000, 25);
            assertThat(clip.isComplete()).isTrue();
        }
    }

    @Test
    void aClipShowsNoFrameOfALaterConnection() {
        add(0, 2_000, 25);
        try (RecentVideo.Clip clip = recent.begin(1_000 * NS_PER_MS).orElseThrow()) {
            recent.end();
            assertThat(clip.covers(1_500 * NS_PER_MS)).isTrue();
            connect();
            assertThat(clip.covers(1_500 * NS_PER_MS)).isFalse();
        }
    }

    @Test
    void aPictureThatIsLargerThanAllThatMayBeHeldIsNotHeld() {
        add(0, true, 100_001);
        assertThat(recent.begin(0)).isEmpty();
    }
}
