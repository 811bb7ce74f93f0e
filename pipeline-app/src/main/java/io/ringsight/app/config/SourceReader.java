package io.ringsight.app.config;

import io.ringsight.core.frame.SourceId;
import io.ringsight.sources.Decode;
import io.ringsight.sources.SourceSettings;
import io.ringsight.sources.SourceSpec;
import io.ringsight.sources.SourceSpecException;
import io.ringsight.sources.Sources;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads one entry of {@code sources}. What a URI and its settings mean is {@link SourceSpec}'s business. */
final class SourceReader {
    private static final List<String> TRANSPORTS = List.of("auto", "tcp", "udp");
    private static final List<String> DECODES = List.of("auto", "cpu", "cuda");
    private static final long LONGEST_TIMEOUT_MS = 3_600_000;

    private final YamlObject yaml;
    private final String device;

    /** @param device the pipeline's */
    SourceReader(YamlObject yaml, String device) {
        this.yaml = yaml;
        this.device = device;
    }

    Optional<SourceConfig> read() {
        Optional<SourceId> id = id();
        String uri = yaml.text("uri");
        SourceSettings settings = settings();
        double maxFps = yaml.number("maxFps", 0, SourceConfig.MAX_FPS, 0);
        long deadlineMs = yaml.integer("deadlineMs", 0, SourceConfig.MAX_DEADLINE_MS, 0);
        Optional<Integer> credits = yaml.integerOr("auto", "credits", 1, SourceConfig.MAX_CREDITS);
        Decode decode = decode(uri);
        yaml.finish();
        Optional<SourceSpec> spec = uri.isBlank() ? Optional.empty() : spec(uri, settings);
        return id.isEmpty() || spec.isEmpty()
                ? Optional.empty()
                : Optional.of(new SourceConfig(id.get(), spec.get(), maxFps, deadlineMs, credits, decode));
    }

    private Decode decode(String uri) {
        String word = yaml.word("decode", DECODES, "auto");
        if (yaml.has("decode") && uri.startsWith("synthetic:")) {
            yaml.mistake("decode", "has no meaning for a synthetic source");
        } else if (word.equals("cuda") && !device.startsWith("cuda")) {
            yaml.mistake(
                    "decode",
                    "cuda needs pipeline.device to be cuda or cuda:N, so that pictures stay on the GPU, but it is "
                            + YamlObject.quoted(device) + "; expected auto or cpu");
        }
        return Decode.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private Optional<SourceId> id() {
        String text = yaml.text("id");
        if (!text.isBlank() && !SourceId.isValid(text)) {
            yaml.mistake(
                    "id",
                    "expected 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit, came "
                            + YamlObject.quoted(text));
            return Optional.empty();
        }
        return text.isBlank() ? Optional.empty() : Optional.of(new SourceId(text));
    }

    private SourceSettings settings() {
        return new SourceSettings(
                yaml.word("transport", TRANSPORTS, null),
                said("username"),
                said("password"),
                tlsVerify(),
                said("caFile"),
                said("videoSize"),
                said("framerate"),
                said("inputFormat"),
                timeout("openTimeoutMs"),
                timeout("stallTimeoutMs"),
                limit("frozenTimeoutMs"),
                limit("maxLagMs"),
                yaml.textMap("options"));
    }

    /** An empty text says nothing: it is what <code>${NAME:-}</code> gives. */
    private String said(String key) {
        return yaml.optionalText(key).filter(text -> !text.isEmpty()).orElse(null);
    }

    private Boolean tlsVerify() {
        boolean value = yaml.flag("tlsVerify", true);
        return yaml.has("tlsVerify") ? value : null;
    }

    private Long timeout(String key) {
        long value = yaml.longInteger(key, 1, LONGEST_TIMEOUT_MS, 0);
        return value == 0 ? null : value;
    }

    private Long limit(String key) {
        long value = yaml.longInteger(key, 0, LONGEST_TIMEOUT_MS, 0);
        return yaml.has(key) ? value : null;
    }

    private Optional<SourceSpec> spec(String uri, SourceSettings settings) {
        try {
            SourceSpec spec = SourceSpec.parse(uri, settings);
            Sources.checkOptions(spec);
            return Optional.of(spec);
        } catch (SourceSpecException e) {
            yaml.mistake(e.key(), e.getMessage());
            return Optional.empty();
        }
    }
}
