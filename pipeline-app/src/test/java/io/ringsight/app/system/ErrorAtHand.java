package io.ringsight.app.system;

import io.ringsight.app.Main;

/** The program, with an Error that a debugger finds and throws where it likes. */
final class ErrorAtHand {
    /** In a field of that name. */
    static final String FIELD = "ERROR";

    /** By its message it is known again. */
    static final String MESSAGE = "on purpose";

    static final Error ERROR = new NoClassDefFoundError(MESSAGE);

    private ErrorAtHand() {}

    public static void main(String[] args) {
        Main.main(args);
    }
}
