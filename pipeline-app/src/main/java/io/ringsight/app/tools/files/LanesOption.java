package io.ringsight.app.tools.files;

import picocli.CommandLine.Option;

/** The command-line option that says how many batches are in flight. */
public final class LanesOption {
    @Option(
            names = "--lanes",
            defaultValue = "0",
            paramLabel = "N",
            description = "Batches in flight (default: 0, as many as suit the device).")
    private int lanes;

    /** How many; 0: as many as suit the device. */
    public int lanes() {
        return lanes;
    }
}
