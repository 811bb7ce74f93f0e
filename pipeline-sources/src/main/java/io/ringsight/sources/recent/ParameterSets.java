package io.ringsight.sources.recent;

import static org.bytedeco.ffmpeg.global.avcodec.AV_INPUT_BUFFER_PADDING_SIZE;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_NEW_EXTRADATA;
import static org.bytedeco.ffmpeg.global.avcodec.av_bsf_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_bsf_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_bsf_get_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.av_bsf_init;
import static org.bytedeco.ffmpeg.global.avcodec.av_bsf_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.av_bsf_send_packet;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_get_side_data;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_ref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_copy;
import static org.bytedeco.ffmpeg.global.avutil.av_free;
import static org.bytedeco.ffmpeg.global.avutil.av_mallocz;

import org.bytedeco.ffmpeg.avcodec.AVBSFContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * What a decoder must know before the first picture. Cameras send it before each key frame; a file has it in its head. A
 * camera's announcement may hold some too, which may be another stream's: what is sent counts.
 */
final class ParameterSets {
    private ParameterSets() {}

    /** Adds those before the key frame, if there are any. */
    static void add(AVCodecParameters to, AVPacket key) {
        // 1: as in files, where they are in the head alone
        boolean isOfFile = to.extradata_size() > 0 && to.extradata().get(0) == 1;
        AVBSFContext filter = new AVBSFContext(null);
        if (isOfFile || av_bsf_alloc(av_bsf_get_by_name("extract_extradata"), filter) < 0) {
            return;
        }
        AVPacket copy = av_packet_alloc();
        try {
            avcodec_parameters_copy(filter.par_in(), to);
            if (av_bsf_init(filter) >= 0
                    && av_packet_ref(copy, key) >= 0
                    && av_bsf_send_packet(filter, copy) >= 0
                    && av_bsf_receive_packet(filter, copy) >= 0) {
                take(to, copy);
            }
        } finally {
            av_packet_free(copy);
            av_bsf_free(filter);
        }
    }

    private static void take(AVCodecParameters to, AVPacket filtered) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            BytePointer found = av_packet_get_side_data(filtered, AV_PKT_DATA_NEW_EXTRADATA, size);
            if (found != null && !found.isNull() && size.get() > 0) {
                BytePointer own = new BytePointer(av_mallocz(size.get() + AV_INPUT_BUFFER_PADDING_SIZE));
                Pointer.memcpy(own, found, size.get());
                av_free(to.extradata());
                to.extradata(own);
                to.extradata_size((int) size.get());
            }
        }
    }
}
