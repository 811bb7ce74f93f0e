package io.ringsight.app.tools.files;

import io.ringsight.app.cli.CommandException;
import io.ringsight.sources.spec.Decoding;
import io.ringsight.sources.spec.Deinterlace;
import picocli.CommandLine.Option;

/** The command-line options that say what is decoded and how. */
public final class VideoOptions {
    @Option(
            names = "--deinterlace",
            paramLabel = "auto|on|off",
            defaultValue = "auto",
            description = "Remove the combs of interlaced video where it says that it is (auto), always or never.")
    private String deinterlace;

    @Option(
            names = "--track",
            paramLabel = "N",
            description = "Which of several videos in one file or stream, counted from 1 (default: the main one).")
    private Integer track;

    /** What the user wants, on the CPU. */
    public Decoding decoding() {
        if (track != null && (track < 1 || track > Decoding.MAX_TRACK)) {
            throw CommandException.usage("ringsight: --track: expected 1 to " + Decoding.MAX_TRACK + ", got " + track);
        }
        return Decoding.onCpu(deinterlace(), track == null ? 0 : track);
    }

    private Deinterlace deinterlace() {
        if (!Deinterlace.NAMES.contains(deinterlace)) {
            throw CommandException.usage("ringsight: --deinterlace: expected " + String.join(", ", Deinterlace.NAMES)
                    + ", got " + deinterlace);
        }
        return Deinterlace.named(deinterlace);
    }
}
