package io.ringsight.app.tools.doctor;

/**
 * One thing that can or cannot be used here.
 *
 * @param name e.g. {@code ONNX Runtime}
 * @param usable whether it can
 * @param detail version, or the exact reason why not
 */
public record Finding(String name, boolean usable, String detail) {
    static Finding usable(String name, String detail) {
        return new Finding(name, true, detail);
    }

    static Finding missing(String name, String reason) {
        return new Finding(name, false, reason);
    }
}
