package io.ringsight.app.tools.files;

import java.nio.file.Path;

/** The model that comes with Ringsight, wherever the command is run. */
public final class ShippedModel {
    /** Its name in Ringsight's own directory. */
    public static final String NAME = "conf/models/pcb-defect.yaml";

    private ShippedModel() {}

    /** The model the user named; the shipped one for null. */
    public static Path unless(Path named) {
        return named != null
                ? named
                : Path.of(System.getProperty("ringsight.home", ""))
                        .toAbsolutePath()
                        .resolve(NAME);
    }
}
