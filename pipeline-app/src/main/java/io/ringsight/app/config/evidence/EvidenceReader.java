package io.ringsight.app.config.evidence;

import io.ringsight.app.config.yaml.YamlObject;
import io.ringsight.sinks.evidence.EvidenceSpec;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Reads the section {@code evidence}. */
public final class EvidenceReader {
    private static final String DEFAULT_DIR = "out/evidence";
    private static final long MAX_BYTES = 1L << 50;
    private static final long MAX_AGE_SECONDS = 10L * 366 * 86_400;

    private static final int MAX_ROLL_MS = 60_000;
    private static final long MIN_CLIP_BYTES = 1_048_576;
    private static final long MAX_CLIP_BYTES = 1L << 30;

    private EvidenceReader() {}

    /** The section with defaults for what it does not say; its mistakes are with {@code yaml}. */
    public static EvidenceSpec read(YamlObject yaml) {
        Path dir = dir(yaml);
        long maxBytes = yaml.longInteger("maxBytes", EvidenceSpec.MIN_BYTES, MAX_BYTES, EvidenceSpec.DEFAULT_BYTES);
        long maxAgeSeconds = yaml.longInteger("maxAgeSeconds", 1, MAX_AGE_SECONDS, EvidenceSpec.DEFAULT_AGE_SECONDS);
        boolean clips = yaml.flag("clips", false);
        int preRollMs = yaml.integer("clipPreRollMs", 0, MAX_ROLL_MS, EvidenceSpec.DEFAULT_CLIP_ROLL_MS);
        int postRollMs = yaml.integer("clipPostRollMs", 0, MAX_ROLL_MS, EvidenceSpec.DEFAULT_CLIP_ROLL_MS);
        long clipMaxBytes =
                yaml.longInteger("clipMaxBytes", MIN_CLIP_BYTES, MAX_CLIP_BYTES, EvidenceSpec.DEFAULT_CLIP_BYTES);
        yaml.finish();
        return new EvidenceSpec(dir, maxBytes, maxAgeSeconds, clips, preRollMs, postRollMs, clipMaxBytes);
    }

    private static Path dir(YamlObject yaml) {
        String text = yaml.text("dir", DEFAULT_DIR);
        try {
            Path dir = Path.of(text);
            if (Files.exists(dir) && !Files.isDirectory(dir)) {
                yaml.mistake("dir", "expected a directory, but " + text + " is a file");
            }
            return dir;
        } catch (InvalidPathException e) {
            yaml.mistake("dir", "expected a path, but " + e.getReason());
            return Path.of(DEFAULT_DIR);
        }
    }
}
