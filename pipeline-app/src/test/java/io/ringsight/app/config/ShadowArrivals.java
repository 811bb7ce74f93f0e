package io.ringsight.app.config;

import io.ringsight.app.config.ConfiguredValuesTest.Arrival;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Where the keys of {@code shadow} arrive, for {@link ConfiguredValuesTest}. */
final class ShadowArrivals {
    private ShadowArrivals() {}

    static Stream<Arrival> all() {
        return Stream.of(
                new Arrival("shadow.model", ConfiguredValuesTest.RTSP, "shadow.model", "s", "s"),
                new Arrival("shadow.share", ConfiguredValuesTest.RTSP, "shadow.share"),
                new Arrival("shadow.of", ConfiguredValuesTest.RTSP, "shadow.of", "m", "m"));
    }

    /** Two models to choose from, and a source for either that they may be compared with. To be formatted with both. */
    static String models(Path dir, String shadow) {
        return """
                models: {m: %%s, s: {file: %s}, t: {file: %s, threshold: 0.75}}
                sources: [%%s, {id: second, uri: 'rtsp://h/t', model: m}]
                shadow: %s
                """.formatted(dir.resolve("other.yaml"), dir.resolve("m.yaml"), shadow);
    }
}
