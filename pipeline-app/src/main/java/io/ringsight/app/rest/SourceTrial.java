package io.ringsight.app.rest;

import io.ringsight.app.config.SourceConfig;
import io.ringsight.core.frame.Picture;
import io.ringsight.core.preprocess.JpegEncoder;
import io.ringsight.core.time.Clock;
import io.ringsight.sources.ProbeReport;
import io.ringsight.sources.Sources;
import io.ringsight.sources.spec.Decoding;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** Opens a source beside those that run, looks at its first pictures and closes it: nothing of it is published. */
final class SourceTrial {
    private static final long LOOK_MS = 2_000;
    private static final int MAX_WIDTH = 960;
    private static final int QUANTIZER = 5;

    private SourceTrial() {}

    /** Waits for the source's own time limits. */
    static Map<String, Object> of(SourceConfig source) throws InterruptedException {
        String[] picture = new String[1];
        Decoding decoding =
                Decoding.onCpu(source.video().deinterlace(), source.video().track());
        ProbeReport report =
                Sources.probe(source.spec(), Clock.system(), LOOK_MS, first -> picture[0] = encoded(first), decoding);
        return view(report, picture[0]);
    }

    private static String encoded(Picture picture) {
        try (JpegEncoder jpeg = new JpegEncoder(QUANTIZER)) {
            return Base64.getEncoder()
                    .encodeToString(jpeg.encode(picture, MAX_WIDTH).bytes());
        }
    }

    private static Map<String, Object> view(ProbeReport report, String picture) {
        Map<String, Object> view = new LinkedHashMap<>();
        String reason = report.ok() || report.ending() == null
                ? null
                : report.ending().reason().wireName();
        OptionalDouble fps = report.fps();
        view.put("ok", report.ok());
        view.put("reason", reason);
        view.put("meaning", report.ok() ? "frames come" : report.why());
        view.put("advice", reason == null ? "" : SourceAdvice.of(reason).advice());
        view.put("codec", report.ok() ? report.video().codec() : null);
        view.put("width", report.ok() ? report.last().width() : null);
        view.put("height", report.ok() ? report.last().height() : null);
        view.put("fps", fps.isPresent() ? fps.getAsDouble() : null);
        view.put("picture", picture);
        return view;
    }
}
