package io.ringsight.sources.spec;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What becomes of pictures made of two fields, taken one after the other. */
public enum Deinterlace {
    /** Those that the stream says are interlaced are deinterlaced. */
    AUTO,
    /** All are. */
    ON,
    /** None is. */
    OFF;

    /** What they are called in a configuration and on the command line. */
    public static final List<String> NAMES = Arrays.stream(values())
            .map(value -> value.name().toLowerCase(Locale.ROOT))
            .toList();

    /** @param name one of {@link #NAMES} */
    public static Deinterlace named(String name) {
        return values()[NAMES.indexOf(name)];
    }
}
