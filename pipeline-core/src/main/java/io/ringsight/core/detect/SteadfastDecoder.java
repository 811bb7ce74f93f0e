package io.ringsight.core.detect;

import java.nio.FloatBuffer;

/**
 * Decodes until an output shows that the model is misread; from then on it refuses every output with that first reason.
 * Most outputs of a misread model look well: a model that gives percent is found out by a 57.3, and has published 0.4
 * for 0.4 percent before.
 */
final class SteadfastDecoder implements DetectionDecoder {
    private final DetectionDecoder decoder;
    private OutputException misread;

    SteadfastDecoder(DetectionDecoder decoder) {
        this.decoder = decoder;
    }

    @Override
    public int capacity() {
        return decoder.capacity();
    }

    @Override
    public void decode(FloatBuffer output, int row, float threshold, Detections into) {
        if (misread != null) {
            throw misread;
        }
        int before = into.size();
        try {
            decoder.decode(output, row, threshold, into);
        } catch (OutputException e) {
            into.truncate(before);
            misread = e.isMisread() ? e : null;
            throw e;
        }
    }
}
